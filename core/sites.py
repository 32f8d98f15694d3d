"""The web sites that embed the chat widget: `[[sites]]` in domain.toml.

A site is named by its key, which is public: it is in the page of the site. What protects the service is the list of the
site's origins, which browsers state and no page can change, and the limits. Without a site no other page may ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from core.origins import is_on_this_machine, parse_origin

SITE_KEY = r"^[A-Za-z0-9_-]{8,64}$"
"""The form of a site key. It needs no escape in HTML, in a URL or in JSON."""
OWN_ORIGIN = "self"
"""In the origins of a site: the pages of the service itself, under whatever address a browser reaches it."""


def _site_origin(text: str) -> str:
    if text == OWN_ORIGIN:
        return text
    origin = parse_origin(text)
    if origin is None:
        raise ValueError(
            f"'{text}' in the origins of [[sites]] is no origin. Write scheme, host and, if it is not the default, "
            'port, without a path: "https://www.example.com". A host with other letters than a to z has the form that '
            "browsers send: xn--…"
        )
    if origin.startswith("http:") and not is_on_this_machine(origin):
        raise ValueError(
            f"'{text}' in the origins of [[sites]] is not encrypted: anyone on the way could change the page and "
            'ask in its name. Write an origin with https; only "http://localhost:3000" and the like may be without it.'
        )
    return origin


Limit = Annotated[int, Field(strict=True, ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """Requests per minute. So many may come at once; after that, they are admitted at this rate.

    The defaults are chosen: a person who types asks less than once in three seconds, and an office behind one address
    has a few people who ask at the same time.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    session: Annotated[
        Limit, Field(examples=[10], description="Questions, searches and feedback per minute of one session.")
    ] = 20
    address: Annotated[
        Limit,
        Field(
            examples=[200],
            description="Questions, searches and feedback per minute of one IP address, in all of its sessions.",
        ),
    ] = 60
    new_sessions: Annotated[
        Limit, Field(examples=[60], description="Sessions per minute that one IP address may begin.")
    ] = 20


@dataclass(frozen=True, slots=True)
class Site:
    """A web site that embeds the chat widget."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_-]+$",
            examples=["portal"],
            description="Name of the site in the log and in /metrics, unique: letters, digits, - and _.",
        ),
    ]
    key: Annotated[
        str,
        Field(
            pattern=SITE_KEY,
            examples=["4mXb0q2vT8sLw1Zc"],
            description="The site key, unique: 8 to 64 letters, digits, - and _. It is in the site's page, no secret.",
        ),
    ]
    origins: Annotated[
        tuple[Annotated[str, AfterValidator(_site_origin)], ...],
        Field(
            examples=[["https://www.example.com"]],
            description="The origins whose pages may use the key: https://www.example.com, for development "
            'http://localhost:3000. Each one exactly; empty: none. "self": the pages of the service itself, such as '
            "those of the domain's folder portal/.",
        ),
    ] = ()
    limits: Annotated[SiteLimits, Field(description="How much may be asked per minute.")] = field(
        default_factory=SiteLimits
    )


def check_distinct(sites: Sequence[Site]) -> None:
    """Raise ValueError where two sites have one name or one key."""
    for what in ("name", "key"):
        values = [getattr(site, what) for site in sites]
        for value in values:
            if values.count(value) > 1:
                raise ValueError(f"two [[sites]] have the {what} '{value}'; give each a {what} of its own.")
