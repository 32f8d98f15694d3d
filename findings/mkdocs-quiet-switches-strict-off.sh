#!/usr/bin/env bash
# MkDocs 1.6.1: `build --strict --quiet` succeeds where `build --strict` fails.
#
# One would guess: --quiet prints less, and --strict still ends with 1 where a link leads nowhere. That is what a CI job
# asks for: no output but the error.
#
# What happens: --quiet raises the level of the logger to ERROR, and --strict counts the warnings that reach a handler of
# the same logger. With both, no warning is counted, and the site with its broken links is built, with exit code 0 and
# without a word.
#
# Output seen:
#     mkdocs build --strict: exit code 1
#     mkdocs build --strict --quiet: exit code 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/docs"
printf '# Home\n\n[A page](missing.md)\n' > "$folder/docs/index.md"
echo 'site_name: Test' > "$folder/mkdocs.yml"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check mkdocs==1.6.1
cd "$folder"
codes=()
for options in "--strict" "--strict --quiet"; do
	code=0
	# shellcheck disable=SC2086
	venv/bin/mkdocs build $options >/dev/null 2>&1 || code=$?
	echo "mkdocs build $options: exit code $code"
	codes+=("$code")
done
[ "${codes[*]}" = "1 0" ]
