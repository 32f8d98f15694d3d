"""What the service says in words of its own, by language: the texts of a domain.

The refusal is the domain's; the other texts have defaults in English, German, French and Spanish. All may be changed in
domain.toml, in one table for each language: `[texts.de]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints

TextLanguage: TypeAlias = Literal["en", "de", "fr", "es"]
"""The languages of the default texts, as ISO 639-1 spells them."""
_Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_CODES: Mapping[str, TextLanguage] = {"english": "en", "german": "de", "french": "fr", "spanish": "es"}


@dataclass(frozen=True, slots=True)
class TextsTable:
    """The texts of one language in domain.toml; one that is not given keeps its default."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    refusal: Annotated[
        _Text,
        Field(
            examples=["Das steht nicht im Handbuch."],
            description="The answer to a question that the documents do not answer.",
        ),
    ] = ""
    greeting: Annotated[
        _Text, Field(examples=["Guten Tag! Was möchten Sie wissen?"], description='The answer to "hello".')
    ] = ""
    thanks: Annotated[_Text, Field(examples=["Gern!"], description='The answer to "thanks".')] = ""
    farewell: Annotated[_Text, Field(examples=["Bis bald!"], description='The answer to "bye".')] = ""
    acknowledgement: Annotated[
        _Text, Field(examples=["Gut. Fragen Sie gern weiter."], description='The answer to "ok".')
    ] = ""
    clarification: Annotated[
        _Text, Field(examples=["Was meinen Sie?"], description="What is asked before the choices of a clarification.")
    ] = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language, complete."""

    refusal: str
    greeting: str
    thanks: str
    farewell: str
    acknowledgement: str
    clarification: str

    def changed(self, table: TextsTable) -> Texts:
        """Return the texts with those of the table that are given."""
        return replace(self, **{name: text for name, text in asdict(table).items() if text})


DEFAULT_TEXTS: Mapping[TextLanguage, Texts] = {
    "en": Texts(
        refusal="I could not find this in the documents.",
        greeting="Hello! What would you like to know?",
        thanks="You're welcome!",
        farewell="Goodbye!",
        acknowledgement="All right. Ask me if you would like to know anything else.",
        clarification="I am not sure what you mean. Which of these is it?",
    ),
    "de": Texts(
        refusal="Das habe ich in den Dokumenten nicht gefunden.",
        greeting="Hallo! Was möchten Sie wissen?",
        thanks="Gern geschehen!",
        farewell="Auf Wiedersehen!",
        acknowledgement="Gut. Fragen Sie gern, wenn Sie noch etwas wissen möchten.",
        clarification="Ich bin nicht sicher, was Sie meinen. Worum geht es?",
    ),
    "fr": Texts(
        refusal="Je n'ai pas trouvé cela dans les documents.",
        greeting="Bonjour ! Que souhaitez-vous savoir ?",
        thanks="Avec plaisir !",
        farewell="Au revoir !",
        acknowledgement="Très bien. N'hésitez pas à poser une autre question.",
        clarification="Je ne suis pas sûr de comprendre. De quoi s'agit-il ?",
    ),
    "es": Texts(
        refusal="No he encontrado esto en los documentos.",
        greeting="¡Hola! ¿Qué desea saber?",
        thanks="¡De nada!",
        farewell="¡Hasta luego!",
        acknowledgement="De acuerdo. Pregunte si desea saber algo más.",
        clarification="No estoy seguro de a qué se refiere. ¿Cuál de estos es?",
    ),
}


@dataclass(frozen=True, slots=True)
class DomainTexts:
    """The texts of a domain: `own` in the language of its documents, and those of every default language."""

    own: Texts
    by_language: Mapping[TextLanguage, Texts]

    @classmethod
    def of(
        cls, refusal: str, language: str = "english", tables: Mapping[TextLanguage, TextsTable] | None = None
    ) -> DomainTexts:
        """Complete the texts of a domain whose documents are in `language`, an English name in lower case.

        The refusal is in that language too. Documents in a language without default texts have the other texts in
        English.
        """
        changes = tables or {}
        by_language = {code: texts.changed(changes.get(code, TextsTable())) for code, texts in DEFAULT_TEXTS.items()}
        code = _CODES.get(language)
        changed = changes.get(code, TextsTable()) if code is not None else TextsTable()
        own = replace(by_language[code or "en"], refusal=changed.refusal or refusal)
        return cls(own, {**by_language, code: own} if code is not None else by_language)

    def in_language(self, language: str | None) -> Texts:
        """Return the texts in a language (`de`); those of the documents' language where there are none, or for None."""
        return next((texts for code, texts in self.by_language.items() if code == language), self.own)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The refusal in every language, that of the documents first."""
        return tuple(dict.fromkeys([self.own.refusal, *(texts.refusal for texts in self.by_language.values())]))
