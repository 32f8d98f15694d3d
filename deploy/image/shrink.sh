#!/bin/sh
# Remove from an environment what a running program does not use: torch's tests, headers and tools, tests and sources of
# compiled packages, static libraries, and the symbol tables of libraries.
set -eu
packages=$(echo "$1"/lib/python3*/site-packages)
rm -rf "$packages"/torch/test "$packages"/torch/include "$packages"/torch/share
# torch does not start without its shm manager.
find "$packages"/torch/bin -type f ! -name torch_shm_manager -delete
for each in scipy sklearn sympy networkx numpy numba llvmlite; do
    [ ! -d "$packages/$each" ] || find "$packages/$each" -type d -name tests -prune -exec rm -rf {} +
done
find "$packages" -type f \( -name '*.a' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' \
    -o -name '*.c' -o -name '*.h' -o -name '*.hpp' \) -delete
find "$packages" -type d -name __pycache__ -prune -exec rm -rf {} +
# A library whose segments strip would move off their pages (patchelf has been at it) stays as it is.
find "$packages" -type f \( -name '*.so' -o -name '*.so.*' \) | while read -r library; do
    strip --strip-unneeded -o "$library.stripped" "$library" 2>/dev/null || { rm -f "$library.stripped"; continue; }
    if readelf -lW "$library.stripped" | awk '$1 == "LOAD" { a = strtonum($2) % 4096; b = strtonum($3) % 4096; if (a != b) exit 1 }'; then
        chmod --reference="$library" "$library.stripped"
        mv "$library.stripped" "$library"
    else
        rm "$library.stripped"
    fi
done
