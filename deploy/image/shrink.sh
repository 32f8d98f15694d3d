#!/bin/sh
# Remove from an environment what a running program does not use: torch's tests, headers and tools, tests of numeric
# packages, and static libraries. Then compile what is left: the file system of a container is read-only.
set -eu
packages=$(echo "$1"/lib/python3*/site-packages)
rm -rf "$packages"/torch/test "$packages"/torch/include "$packages"/torch/share
# torch does not start without its shm manager.
find "$packages"/torch/bin -type f ! -name torch_shm_manager -delete
find "$packages" \( -path '*/scipy/*/tests' -o -path '*/sklearn/*/tests' -o -path '*/sympy/*/tests' \
    -o -path '*/networkx/*/tests' -o -path '*/numpy/*/tests' -o -path '*/numba/tests' -o -path '*/llvmlite/tests' \) -prune -exec rm -rf {} +
find "$packages" -name '*.a' -delete
"$1"/bin/python -m compileall -q -j 0 "$packages" || true
