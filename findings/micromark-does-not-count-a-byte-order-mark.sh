#!/usr/bin/env bash
# micromark 4.0.3 (with mdast-util-from-markdown 2.1.0): offsets are off by one in a text that begins with a byte order mark.
#
# One would guess: `position.start.offset` and `position.end.offset` of a node are offsets into the string that was parsed, so
# that a slice of the string gives the node's source.
#
# What happens: a U+FEFF at the beginning is dropped before the counting begins. Every offset is one too small: the slice of
# an emphasis begins at the space before it and lacks its last sign. What is laid onto the text by offsets (a highlight, an
# edit, a citation) is one character too far to the left, in every line of the document.
#
# What helps: cutting the mark off before parsing, and adding one to each offset (app/ui/src/text/markdown.ts).
#
# Output seen:
#     without "ab " "*cd*"
#     with "\ufeffab" " *cd"
set -euo pipefail
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund mdast-util-from-markdown@2.1.0 micromark@4.0.3
cat > show.mjs <<'JAVASCRIPT'
import { fromMarkdown } from "mdast-util-from-markdown";

for (const [name, source] of [["without", "ab *cd*"], ["with", "\uFEFFab *cd*"]]) {
  const nodes = fromMarkdown(source).children[0].children;
  const slices = nodes.map(({ position: { start, end } }) => JSON.stringify(source.slice(start.offset, end.offset)));
  console.log(name, slices.join(" ").replace("\uFEFF", "\\ufeff"));
}
JAVASCRIPT
node show.mjs | tee seen
sed -n 's/^#     //p' "$script" | diff - seen
