#!/usr/bin/env bash
# PyStemmer 3.1.0: its cache makes the stemming of a text's vocabulary three times slower.
#
# One would guess: a cache of 10,000 words, which is on without being asked for, costs nothing that matters; at worst a
# word that is not in it takes as long as without it.
#
# What happens: a word that is not in the cache takes two and a half times as long as without a cache, and three and a
# half times once the vocabulary is larger than the cache, which then throws away and learns for each word. Only a word
# that was seen before is faster (0.11 instead of 0.27 µs). Where each distinct word is stemmed once, as in building an
# index or behind a cache of one's own, switch it off: Stemmer.Stemmer("english", 0).
#
# Output seen (microseconds for each of so many different words, with the default cache and without):
#       9000 words: 0.87 and 0.32
#     200000 words: 1.11 and 0.32
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check PyStemmer==3.1.0
cat > "$folder/show.py" <<'PYTHON'
import itertools
import string
import sys
import time

import Stemmer


def microseconds(words: list[str], *size: int) -> float:
    best = float("inf")
    for _ in range(3):
        stemmer = Stemmer.Stemmer("english", *size)
        began = time.process_time()
        for word in words:
            stemmer.stemWord(word)
        best = min(best, (time.process_time() - began) / len(words) * 1e6)
    return best


every = (f"{''.join(letters)}ations" for letters in itertools.product(string.ascii_lowercase, repeat=4))
vocabulary = list(itertools.islice(every, 200_000))
ratios = []
for count in (9_000, 200_000):
    cached, plain = microseconds(vocabulary[:count]), microseconds(vocabulary[:count], 0)
    ratios.append(cached / plain)
    print(f"{count:6} words: {cached:.2f} and {plain:.2f}")
sys.exit(0 if min(ratios) > 1.5 else 1)
PYTHON
"$folder/venv/bin/python" "$folder/show.py"
