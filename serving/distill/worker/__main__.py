"""The start of the worker. Its package gets a name of its own, so that no folder goes on the import path.

On that path its files, or their neighbours, could hide other packages of the environment.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_NAME = "groundwork_distill_worker"
_HERE = Path(__file__).parent


def main() -> None:
    """Do the job of the file that the command line names."""
    spec = spec_from_file_location(_NAME, _HERE / "__init__.py", submodule_search_locations=[str(_HERE)])
    assert spec is not None
    assert spec.loader is not None
    package = sys.modules[_NAME] = module_from_spec(spec)
    spec.loader.exec_module(package)
    import_module(f"{_NAME}.job").run_job(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
