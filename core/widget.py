"""How the chat widget looks and what it says: the table `[widget]` of domain.toml.

Every text is optional: the interface has words of its own, in its languages, for those that are not given. The texts of
the table itself are in the language of the domain, and are shown in every language without a table
`[widget.texts.<language>]` that has another text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints

from core.texts import TextLanguage

Scheme: TypeAlias = Literal["auto", "light", "dark"]
Position: TypeAlias = Literal["start", "end"]
_Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_TITLE = "Heading of the widget. Default: the domain's title."
_GREETING = "What the widget says before the first question."
_LAUNCHER = "Label of the button that opens the widget."
_NOTICE = "A line below the conversation, for example on privacy."
_HANDOVER = "Label of the button that hands the conversation over to a person."


@dataclass(frozen=True, slots=True)
class Handover:
    """The way to a person. Without a label and a URL there is none."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    label: Annotated[_Text, Field(examples=["Ask the People team"], description=_HANDOVER)] = ""
    url: Annotated[
        str,
        Field(
            pattern=r"^(https://[!-~]+|mailto:[!-~]+@[!-~]+)$",
            examples=["mailto:people@example.com"],
            description="Where the button leads: an address with https: or mailto:. Without it, the page of the site "
            "handles the event groundwork:handover.",
        ),
    ] = ""

    @property
    def is_offered(self) -> bool:
        """Return whether there is a way to a person."""
        return bool(self.label or self.url)


@dataclass(frozen=True, slots=True)
class WidgetTextsTable:
    """The texts of the widget in one language; one that is not given is that of the table [widget]."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: Annotated[_Text, Field(examples=["Das Handbuch fragen"], description=_TITLE)] = ""
    greeting: Annotated[_Text, Field(examples=["Was möchten Sie wissen?"], description=_GREETING)] = ""
    launcher_label: Annotated[_Text, Field(examples=["Fragen?"], description=_LAUNCHER)] = ""
    notice: Annotated[_Text, Field(examples=["Prüfen Sie Wichtiges an der Quelle."], description=_NOTICE)] = ""
    handover_label: Annotated[_Text, Field(examples=["Das Team fragen"], description=_HANDOVER)] = ""


@dataclass(frozen=True, slots=True)
class WidgetTexts:
    """The texts of the widget in one language. None: the interface says it in words of its own, or not at all."""

    title: str
    greeting: str | None
    launcher_label: str | None
    notice: str | None
    handover_label: str | None


@dataclass(frozen=True, slots=True)
class WidgetTable:
    """How the chat widget looks and what it says, on every site of the domain."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: Annotated[_Text, Field(examples=["Ask the handbook"], description=_TITLE)] = ""
    greeting: Annotated[_Text, Field(examples=["What would you like to know?"], description=_GREETING)] = ""
    launcher_label: Annotated[_Text, Field(examples=["Questions?"], description=_LAUNCHER)] = ""
    notice: Annotated[_Text, Field(examples=["Check what matters at its source."], description=_NOTICE)] = ""
    accent: Annotated[
        str,
        Field(
            pattern=r"^#[0-9A-Fa-f]{6}$",
            examples=["#1f5a86"],
            description="Accent colour, as #rrggbb. The colour of text on it is derived.",
        ),
    ] = "#2a5f4f"
    scheme: Annotated[Scheme, Field(description="light, dark, or auto: as the browser of the visitor is set.")] = "auto"
    position: Annotated[
        Position, Field(description="The lower corner of the launcher: at the start or the end of a line of text.")
    ] = "end"
    handover: Annotated[Handover, Field(description="The way to a person.")] = field(default_factory=Handover)
    texts: Annotated[
        Mapping[TextLanguage, WidgetTextsTable],
        Field(description="The texts in other languages: en, de, fr, es."),
    ] = field(default_factory=dict)

    def texts_in(self, language: TextLanguage | None, domain_title: str) -> WidgetTexts:
        """Return the texts in a language; for None, those of the table itself."""
        own = self.texts.get(language, WidgetTextsTable()) if language is not None else WidgetTextsTable()
        return WidgetTexts(
            title=own.title or self.title or domain_title,
            greeting=own.greeting or self.greeting or None,
            launcher_label=own.launcher_label or self.launcher_label or None,
            notice=own.notice or self.notice or None,
            handover_label=own.handover_label or self.handover.label or None,
        )
