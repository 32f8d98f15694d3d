#!/usr/bin/env bash
# decode-named-character-reference 1.3.0, which micromark 4.0.3 uses: in browsers a text with "&amp;" is assigned to innerHTML.
#
# One would guess: a Markdown parser that gives a syntax tree, and no HTML, touches no HTML sink, so that a page with the policy
# `require-trusted-types-for 'script'` can use it.
#
# What happens: the package's build for the condition "browser", which bundlers take, sets innerHTML of an element for each
# named reference. Under that policy the assignment throws, at the first answer that has one; texts without are parsed.
#
# What helps: letting the bundler take another build or a table of one's own (app/ui/vite.config.ts).
#
# Output seen:
#     innerHTML = "&amp;"
#     innerHTML = "&amp;"
#     text "R&D"
set -euo pipefail
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund mdast-util-from-markdown@2.1.0 micromark@4.0.3 decode-named-character-reference@1.3.0
cat > show.mjs <<'JAVASCRIPT'
// The smallest document that the build for browsers needs: one element that reports what is assigned to it.
const element = {
  textContent: "",
  set innerHTML(html) {
    console.log("innerHTML =", JSON.stringify(html));
    this.textContent = "&";
  },
};
globalThis.document = { createElement: () => element };

const { fromMarkdown } = await import("mdast-util-from-markdown");
console.log("text", JSON.stringify(fromMarkdown("R&amp;D").children[0].children[0].value));
JAVASCRIPT
node --conditions=browser show.mjs | tee seen
sed -n 's/^#     //p' "$script" | diff - seen
