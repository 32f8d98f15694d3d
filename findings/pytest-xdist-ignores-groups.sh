#!/usr/bin/env bash
# pytest 9.2.0 with pytest-xdist 3.8.0: --dist loadgroup puts no tests together, without a word.
#
# One would guess: tests with the same xdist_group run in one worker, one after the other, so that they can share a server
# that is slow to start; if the versions did not fit, pip or pytest would refuse.
#
# What happens: pytest-xdist writes the group behind item._nodeid and reads item.nodeid, which pytest 9.2 computes from
# elsewhere. Each test is a group of its own, is given to any worker, and each worker starts its own server. Nothing
# fails; a suite takes twice the memory and the processor, and more where its tests wait for each other. A scheduler of
# one's own (pytest_xdist_make_scheduler, LoadScopeScheduling._split_scope) groups as before. With pytest 9.0.2 the
# groups work.
#
# Output seen:
#     pytest 9.0.2: 1 worker(s) for 16 tests of one group
#     pytest 9.2.0: 2 worker(s) for 16 tests of one group
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/test_shared.py" <<'PYTHON'
import os
import time
from pathlib import Path

import pytest


@pytest.mark.xdist_group("one server")
@pytest.mark.parametrize("number", range(16))
def test_shares_a_server(number: int) -> None:
    time.sleep(0.1)
    Path(os.environ["SEEN"]).joinpath(os.environ["PYTEST_XDIST_WORKER"]).touch()
PYTHON
python3 -m venv "$folder/venv"
for version in 9.0.2 9.2.0; do
	"$folder/venv/bin/pip" install -q --disable-pip-version-check "pytest==$version" pytest-xdist==3.8.0
	export SEEN=$folder/$version
	mkdir "$SEEN"
	(cd "$folder" && venv/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadgroup test_shared.py >/dev/null)
	echo "pytest $version: $(find "$SEEN" -type f | wc -l) worker(s) for 16 tests of one group"
done
[ "$(find "$folder/9.0.2" -type f | wc -l)" = 1 ] && [ "$(find "$folder/9.2.0" -type f | wc -l)" = 2 ]
