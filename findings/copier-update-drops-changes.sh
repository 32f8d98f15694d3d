#!/usr/bin/env bash
# copier 9.19.1: `copier update` drops a project's changes of three kinds, with exit code 0 and no conflict.
#
# One would guess: an update is a three-way merge, so that a change of the project is merged, or is a conflict. That is so for
# lines of a text file that keeps its name.
#
# What happens: copier makes a patch of the project's changes, applies it to the new version with `git apply --reject`, and
# removes the .rej files of what it could not merge. Where the new version renames a file, the project's line is in neither
# name; where it removes the file, the line goes with it. The patch has no content of binary files (no --binary), so that a
# picture which the project replaced becomes the template's again, also when the template has not changed it. Nothing is
# printed, `git status` shows no conflict, and the project's tests say at best that something is missing.
#
# Merge the two rendered versions with git instead: git cherry-pick --no-commit of their difference follows renames, keeps
# pictures, and has the removed file as a conflict.
#
# Output seen:
#     copier update ended with 0; files in conflict: 0
#     the change of a file that the template renamed: dropped
#     the change of a file that the template removed: dropped
#     the picture that the project replaced, and the template did not change: replaced by the template's
#     the change of a file that keeps its name: kept
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check copier==9.19.1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
save() {
	git add --all && git commit -qm "$1" && git tag "$1"
}
mkdir "$folder/template" && cd "$folder/template" && git init -q
for name in renamed removed kept; do
	seq 1 20 >"$name.txt"
done
printf 'PNG\0template' >logo.png
printf 'name: {type: str, default: law}\n' >copier.yml
printf '{{ _copier_answers|to_nice_yaml }}' >.copier-answers.yml.jinja
save 1.0

"$folder/venv/bin/copier" copy -q --defaults "$folder/template" "$folder/project"
cd "$folder/project" && git init -q && save made
sed -i 's/^3$/3 of the project/' renamed.txt removed.txt kept.txt
printf 'PNG\0project' >logo.png
save ours

cd "$folder/template"
git mv renamed.txt new-name.txt
git rm -q removed.txt
sed -i 's/^18$/18 of the template/' kept.txt
save 2.0

cd "$folder/project"
code=0
"$folder/venv/bin/copier" update -q --defaults || code=$?
conflicts=$(git ls-files --unmerged | wc -l)
echo "copier update ended with $code; files in conflict: $conflicts"
dropped() {
	if grep -qs "$1" "${@:2}"; then echo kept; else echo dropped; fi
}
renamed=$(dropped "3 of the project" renamed.txt new-name.txt)
removed=$(dropped "3 of the project" removed.txt)
kept=$(dropped "3 of the project" kept.txt)
picture=$(if grep -q project logo.png; then echo kept; else echo "replaced by the template's"; fi)
echo "the change of a file that the template renamed: $renamed"
echo "the change of a file that the template removed: $removed"
echo "the picture that the project replaced, and the template did not change: $picture"
echo "the change of a file that keeps its name: $kept"
[ "$code $conflicts $renamed $removed $kept" = "0 0 dropped dropped kept" ] && [ "$picture" != kept ]
