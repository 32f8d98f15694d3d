"""The table [[url_lists]] of domain.toml: pages of the web as a source of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field


@dataclass(frozen=True, slots=True)
class UrlListSettings:
    """Web addresses whose pages are documents. They are read as listed: no link is followed."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_-]+$",
            examples=["intranet"],
            description="Name of the source, unique among readers and URL lists: letters, digits, - and _. The ids of "
            "its documents begin with it.",
        ),
    ]
    urls: Annotated[
        tuple[str, ...],
        Field(examples=[["https://example.com/leave"]], description="Addresses with http:// or https://."),
    ] = ()
    file: Annotated[
        str | None,
        Field(
            examples=["urls.txt"],
            description="A file with one address on each line, relative to the folder of domain.toml; # begins a "
            "comment. Read in every run, beside urls.",
        ),
    ] = None
    allow_private: Annotated[
        bool,
        Field(
            strict=True,
            description="Whether hosts may have addresses of this machine or of private networks. Else they are "
            "refused, also behind a redirect.",
        ),
    ] = False
    requests_per_second: Annotated[
        float, Field(gt=0, le=100, allow_inf_nan=False, examples=[0.5], description="At most, to each host.")
    ] = 1.0
    timeout_s: Annotated[
        float,
        Field(
            gt=0, le=600, allow_inf_nan=False, examples=[60], description="Seconds for one page, redirects included."
        ),
    ] = 30.0
