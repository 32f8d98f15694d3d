"""The files of one result: the sweep, the search, and what failed."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import ConfigurationError
from serving.bench.result import FAILURE_SUFFIX, OTHER_SUFFIXES, SEARCH_SUFFIX, Failure

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one result."""

    report: Path
    search: Path
    failure: Path

    @classmethod
    def of(cls, name: str, out: Path) -> Files:
        """Return the files of a name, in a folder that is made. Raises ConfigurationError."""
        if not _NAME.fullmatch(name) or name.endswith(tuple(suffix.removesuffix(".json") for suffix in OTHER_SUFFIXES)):
            raise ConfigurationError(
                f"--name is '{name}'; it becomes a file's name: letters, digits and . _ @ + - only, and not "
                ".goodput or .failure at the end."
            )
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"--out: {out} cannot be made: {error}. Name a folder.") from error
        return cls(out / f"{name}.json", out / f"{name}{SEARCH_SUFFIX}", out / f"{name}{FAILURE_SUFFIX}")

    def keep(self, report: Path, search: Path | None, failure: Failure | None) -> None:
        """Move the reports here, in place of those of an earlier run, and write the failure."""
        shutil.move(report, self.report)
        if search is not None and search.exists():
            shutil.move(search, self.search)
        else:
            self.search.unlink(missing_ok=True)
        if failure is None:
            self.failure.unlink(missing_ok=True)
        else:
            self.failure.write_text(json.dumps(asdict(failure), indent=2) + "\n", encoding="utf-8")
