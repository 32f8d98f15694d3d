"""The domain: the folder of data that a fork edits (`domains/<name>/`).

    domain.toml    name, words on the page, language, sources, readers, recipes, experiments, the promotion gate, what
                   to do when the model is busy, the chat widget and the sites that embed it
    prompts/       system.md, the stable first part of every prompt; for small models small.md and small-example.toml
    corpus/        the documents, when they are kept with the domain
    portal/        web pages of the domain's own, which the service serves at /portal/
    cases.jsonl    gold questions for the evaluation

`domains/domain.schema.json` is the JSON Schema of domain.toml, generated from `DomainFile` by
`python -m testing.domain_schema`, and docs/domain.md its page in the documentation, by `python -m
testing.domain_reference`. An editor completes and checks a file whose first line is
`#:schema ../domain.schema.json` (the convention of Taplo and Even Better TOML).
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from core.errors import ConfigurationError
from core.experiments import Experiment, ExperimentTable, check_experiments, complete_arms, experiment_of
from core.gate import GateTable
from core.languages import language_code
from core.permissions import groups_from
from core.recipe import Example, Recipe, RecipeTable
from core.records import Records
from core.sites import Site, check_distinct
from core.texts import DomainTexts, TextLanguage, TextsTable
from core.url_lists import UrlListSettings
from core.widget import WidgetTable

OverloadAnswer: TypeAlias = Literal["refuse", "extract"]
Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_REFUSAL = "{refusal}"
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
"""Pydantic's types of the error, in a model and in a dataclass."""
_KEY_OF_TABLE = "[key]"
"""How Pydantic locates a wrong key of a mapping; the keys of [texts] and [widget.texts] are languages."""
_log = logging.getLogger("groundwork")


@dataclass(frozen=True, slots=True)
class Overload:
    """What happens to a question whose first word is expected later than `ttft_ms` milliseconds."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    # About as long as a reader keeps looking at an empty page (J. Nielsen, Usability Engineering, 1993, chapter 5).
    ttft_ms: Annotated[
        float,
        Field(
            strict=True,
            ge=1,
            le=600_000,
            allow_inf_nan=False,
            examples=[4000],
            description="Longest expected time to the first token, in milliseconds; a question that would wait longer "
            "is not sent to the model.",
        ),
    ] = 10_000
    answer: Annotated[
        OverloadAnswer,
        Field(description="refuse: 503 with Retry-After. extract: the documents' own sentences, marked degraded."),
    ] = "refuse"


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """A LlamaHub reader as a source of documents."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_-]+$",
            examples=["wikipedia"],
            description="Name of the source, unique among the readers: letters, digits, - and _.",
        ),
    ]
    class_path: Annotated[
        str,
        Field(
            validation_alias="class",
            pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$",
            examples=["llama_index.readers.wikipedia.WikipediaReader"],
            description="Import path of the reader's class. Its package has to be installed.",
        ),
    ]
    # Nothing here imports the class or resolves paths.
    arguments: Annotated[
        Mapping[str, Any],
        Field(
            examples=[{}],
            description="Arguments of its constructor. Relative paths are relative to the working directory.",
        ),
    ] = field(default_factory=dict)
    load: Annotated[
        Mapping[str, Any],
        Field(
            examples=[{"pages": ["Berlin"]}],
            description="Arguments of its method load_data. Relative paths are relative to the working directory.",
        ),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsing:
    """How files become text. A change of it needs a rebuild of the index."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    hidden: Annotated[
        bool,
        Field(strict=True, description="Read hidden sheets, rows, columns and slides. Else the report names them."),
    ] = False
    comments: Annotated[
        bool, Field(strict=True, description="Read the comments of reviewers. Else the report counts them.")
    ] = False
    ocr_languages: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}(_[A-Za-z]+)*$")], ...],
        Field(
            min_length=1,
            examples=[["eng", "deu"]],
            description="Tesseract's names of the languages of scanned pages: eng, deu, fra, … Each needs the Debian "
            "package tesseract-ocr-NAME.",
        ),
    ] = ("eng",)

    @property
    def changes(self) -> tuple[str, ...]:
        """Return what differs from the default, for the fingerprint of an index."""
        default = Parsing()
        return tuple(f"{name}={value}" for name, value in asdict(self).items() if value != getattr(default, name))


IdPattern: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^/\\\s](.*[^/\s])?$")]
"""A document's id, or a folder in it: `hr`, `*/salaries.xlsx`, `**/*.txt` (`ingest/patterns.py`)."""


@dataclass(frozen=True, slots=True)
class PermissionRule:
    """The groups that may read the documents below a path, unless a document says it itself."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    path: Annotated[
        IdPattern,
        Field(
            examples=["hr/**"],
            description="Ids of documents, or a folder in them: hr, */salaries.xlsx, uploads. * stands for a part of a "
            "name, ** for any number of folders. The last rule that matches decides.",
        ),
    ]
    groups: Annotated[
        tuple[Text, ...],
        Field(
            examples=[["hr", "board"]],
            description="Groups whose members may read them; an empty list opens them to everybody who may ask.",
        ),
    ]


class DomainFile(BaseModel):
    """The content of a domain.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="domain.toml")

    name: Text = Field(
        examples=["handbook"], description="Name of the domain. The names of its sources in the index begin with it."
    )
    title: Text = Field(
        examples=["Staff handbook"], description="Heading of the page, and of the widget where [widget] has no title."
    )
    tagline: str = Field(
        "", examples=["Every answer shows where it comes from."], description="Line below the heading. Empty: none."
    )
    language: str = Field(
        "english",
        examples=["german"],
        description="Language of the documents, by its English name: english, german, french, spanish, … BM25 stems "
        "words by it; a change needs a rebuild of the index.",
    )
    refusal: Text = Field(
        examples=["I could not find this in the handbook."],
        description="The answer to a question that the documents do not answer, in the documents' language. "
        '"{refusal}" in prompts/system.md stands for it.',
    )
    texts: Mapping[TextLanguage, TextsTable] = Field(
        {}, description="The refusal, small talk and clarification in other words or other languages: en, de, fr, es."
    )
    sources: tuple[Text, ...] = Field(
        (),
        examples=[["corpus", "/srv/policies"]],
        description="Folders and files to ingest: absolute paths, or paths relative to the folder of domain.toml. "
        "With one of them, ids of documents are paths below it; with several, they begin with the folder's name.",
    )
    exclude: tuple[IdPattern, ...] = Field(
        (),
        examples=[["drafts", "**/*.png"]],
        description="Files of these folders that are not read, as ids of documents or folders in them: drafts, "
        "**/*.png. * stands for a part of a name, ** for any number of folders.",
    )
    readers: tuple[ReaderSettings, ...] = Field((), description="LlamaHub readers to ingest from, beside the folders.")
    url_lists: tuple[UrlListSettings, ...] = Field(
        (), description="Pages of the web to ingest, by their addresses. No link is followed."
    )
    parsing: Parsing = Field(Parsing(), description="How files become text. A change needs a rebuild of the index.")
    permissions: tuple[PermissionRule, ...] = Field(
        (), description="Which groups may read which documents. The last rule that matches decides."
    )
    suggestions: tuple[Text, ...] = Field(
        (), examples=[["When is pay day?"]], description="Questions that page and widget suggest before the first one."
    )
    recipe: RecipeTable = Field(RecipeTable(), description="The default recipe: how a question becomes an answer.")
    recipes: Mapping[str, RecipeTable] = Field(
        {},
        description="Other recipes by name. Each is the default recipe with its own changes.",
        json_schema_extra={"propertyNames": {"not": {"const": "default"}}},
    )
    experiments: tuple[ExperimentTable, ...] = Field(
        (), description="A/B tests and limited roll-outs of changes to the default recipe; one runs at a time."
    )
    gate: GateTable = Field(GateTable(), description="What a candidate has to show before it replaces the original.")
    overload: Overload = Field(
        Overload(), description="What happens when more is asked than the model can begin in time."
    )
    records: Records = Field(Records(), description="What is kept of the answers, and for how long.")
    widget: WidgetTable = Field(WidgetTable(), description="How the chat widget looks and what it says.")
    sites: tuple[Site, ...] = Field(
        (), description="Web sites that embed the chat widget. Without one, pages of other origins may not ask."
    )

    @field_validator("recipes", mode="before")
    @classmethod
    def _complete_arms(cls, arms: Any, info: ValidationInfo) -> Any:
        default = info.data.get("recipe")
        if not isinstance(arms, dict) or default is None:
            return arms
        if "default" in arms:
            raise ValueError("[recipes.default] is not allowed; the default recipe is the table [recipe].")
        return {name: {**asdict(default), **arm} if isinstance(arm, dict) else arm for name, arm in arms.items()}

    @field_validator("experiments", mode="before")
    @classmethod
    def _complete_experiments(cls, experiments: Any, info: ValidationInfo) -> Any:
        default = info.data.get("recipe")
        return experiments if default is None else complete_arms(experiments, default)

    @field_validator("experiments")
    @classmethod
    def _check_experiments(cls, experiments: tuple[ExperimentTable, ...]) -> tuple[ExperimentTable, ...]:
        check_experiments(experiments)
        return experiments

    @field_validator("readers")
    @classmethod
    def _check_reader_names(cls, readers: tuple[ReaderSettings, ...]) -> tuple[ReaderSettings, ...]:
        names = [reader.name for reader in readers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two [[readers]] have the name '{name}'; give each a name of its own.")
        return readers

    @field_validator("url_lists")
    @classmethod
    def _check_url_lists(cls, lists: tuple[UrlListSettings, ...], info: ValidationInfo) -> tuple[UrlListSettings, ...]:
        names = [one.name for one in (*info.data.get("readers", ()), *lists)]
        for one in lists:
            if names.count(one.name) > 1:
                raise ValueError(f"two of [[readers]] and [[url_lists]] have the name '{one.name}'; give each its own.")
            if not one.urls and one.file is None:
                raise ValueError(
                    f"the list '{one.name}' names no address. Give it urls = [...] or file = \"urls.txt\"."
                )
        return lists

    @field_validator("permissions")
    @classmethod
    def _check_groups(cls, rules: tuple[PermissionRule, ...]) -> tuple[PermissionRule, ...]:
        for rule in rules:
            try:
                groups_from(rule.groups)
            except ValueError as error:
                raise ValueError(f"the groups of the rule for '{rule.path}' are {error}.") from None
        return rules

    @field_validator("sites")
    @classmethod
    def _check_sites(cls, sites: tuple[Site, ...]) -> tuple[Site, ...]:
        check_distinct(sites)
        return sites


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain, validated and complete: paths are resolved, recipes have their prompt.

    `recipes` maps names to recipes and always has "default".
    """

    name: str
    title: str
    tagline: str
    language: str
    texts: DomainTexts
    folder: Path
    sources: tuple[Path, ...]
    exclude: tuple[str, ...]
    readers: tuple[ReaderSettings, ...]
    url_lists: tuple[UrlListSettings, ...]
    parsing: Parsing
    permissions: tuple[PermissionRule, ...]
    suggestions: tuple[str, ...]
    recipes: Mapping[str, Recipe]
    experiments: tuple[Experiment, ...]
    gate: GateTable
    overload: Overload
    records: Records
    widget: WidgetTable
    sites: tuple[Site, ...]

    @property
    def identity(self) -> str:
        """The domain as its index and its uploads record it: the folder's name, and `name` in brackets if it differs.

        A copied folder often keeps the `name` of the original, and folders in two places may be named alike.
        """
        return self.folder.name if self.name == self.folder.name else f"{self.folder.name} [{self.name}]"

    @property
    def refusal(self) -> str:
        """The refusal in the documents' language, which the prompt contains."""
        return self.texts.own.refusal

    @property
    def language_code(self) -> str:
        """Return the code of the documents' language, as HTML names it; "" for a language without one."""
        return language_code(self.language)

    @property
    def cases(self) -> Path:
        """Return the path of the gold questions; the file may be absent."""
        return self.folder / "cases.jsonl"


def load_domain(folder: Path) -> Domain:
    """Read `folder/domain.toml` and the prompts beside it.

    Raise ConfigurationError, which names the file, the key, the value and the fix. Log a warning when the prompt does
    not contain the refusal.
    """
    path = folder / "domain.toml"
    table = _read_toml(path)
    try:
        file = DomainFile.model_validate(table)
    except ValidationError as error:
        problems = error.errors()
        # A misspelt key is unknown, and the right one is missing because of it.
        first = next((problem for problem in problems if problem["type"] in _UNKNOWN_KEY), problems[0])
        raise ConfigurationError(f"{path}: {_explain(first)}") from None
    texts = DomainTexts.of(file.refusal, file.language, file.texts)
    prompts = folder / "prompts"
    prompt = _system_prompt(prompts / "system.md", texts.own.refusal)
    small = prompts / "small.md"
    small_prompt = _system_prompt(small, texts.own.refusal) if small.exists() else ""
    example = _example(prompts / "small-example.toml")
    recipes = {
        name: Recipe(**asdict(table), name=name, system_prompt=prompt, small_prompt=small_prompt, example=example)
        for name, table in {"default": file.recipe, **file.recipes}.items()
    }
    return Domain(
        name=file.name,
        title=file.title,
        tagline=file.tagline,
        language=file.language,
        texts=texts,
        folder=folder,
        sources=tuple(folder / source for source in file.sources),
        exclude=file.exclude,
        readers=file.readers,
        url_lists=file.url_lists,
        parsing=file.parsing,
        permissions=file.permissions,
        suggestions=file.suggestions,
        recipes=recipes,
        experiments=tuple(experiment_of(table, recipes["default"], texts.own.refusal) for table in file.experiments),
        gate=file.gate,
        overload=file.overload,
        records=file.records,
        widget=file.widget,
        sites=file.sites,
    )


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no domain file {file}. Copy domains/onboarding/domain.toml there and edit it, "
            "or set GROUNDWORK_DOMAIN to a domain that exists."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The domain file {file} cannot be read: {error.strerror}. Make it a file that you may read."
        ) from error
    # ValueError: TOMLDecodeError, UnicodeDecodeError, or a number of more than 4,300 digits. RecursionError: [[[[…
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}. Fix that line.") from error


def _system_prompt(file: Path, refusal: str) -> str:
    """Return the prompt with `{refusal}` filled in. Other braces are text."""
    try:
        template = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The prompt {file} cannot be read ({type(error).__name__}). It is the first message of every prompt: "
            "write it as UTF-8 text, or copy domains/onboarding/prompts/system.md."
        ) from error
    prompt = template.replace(_REFUSAL, refusal)
    if refusal not in prompt:
        _log.warning(
            "The prompt %s does not contain %s, so the model refuses in words of its own, which are not recognised "
            "as a refusal. Add a line: If the sources do not answer the question, reply with exactly this sentence and "
            "nothing else: %s",
            file,
            _REFUSAL,
            _REFUSAL,
        )
    return prompt


def _example(file: Path) -> Example | None:
    """Return the example for small models; None where the domain has none."""
    if not file.exists():
        return None
    try:
        return TypeAdapter(Example).validate_python(_read_toml(file))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(
            f"{file}: '{_dotted(first['loc'])}': {first['msg']}. It must have the texts heading, source, question and "
            "answer, as domains/onboarding/prompts/small-example.toml has."
        ) from None


def _explain(error: ErrorDetails) -> str:
    """Say in one sentence which key of domain.toml has which wrong value, and what it must be."""
    *above, key = error["loc"]
    if key == _KEY_OF_TABLE:
        *table, unknown = above
        return f"unknown key '{unknown}' in [{_dotted(table)}]. Known keys: {', '.join(get_args(TextLanguage))}."
    where = _dotted(error["loc"])
    value = error["input"]
    place = "" if not above else f" in {_dotted(above)}" if isinstance(above[-1], int) else f" in [{_dotted(above)}]"
    match error["type"]:
        case kind if kind in _UNKNOWN_KEY:
            return f"unknown key '{key}'{place}. Known keys: {', '.join(_schema_at(above)['properties'])}."
        case "missing" | "string_too_short" if isinstance(key, str):
            value = '"…"' if _schema_at(error["loc"]).get("type") == "string" else "…"
            return f"the key '{key}' is missing or empty{place}. Add a line: {key} = {value}"
        case "value_error":
            return str(error["ctx"]["error"])
    schema = _schema_at(error["loc"])
    if isinstance(key, int) and schema["type"] == "string" and "pattern" in schema:
        return f"'{_dotted(above)}' holds {value!r}, which does not match {schema['pattern']}."
    if isinstance(key, int) and schema["type"] == "string":
        return f"'{_dotted(above)}' holds {value!r}; each entry must be a non-empty string."
    if schema["type"] in ("object", "array", "string") and not schema.keys() & {"enum", "pattern"}:
        header = f"[[{_dotted(above)}]]" if isinstance(key, int) else f"[{where}]"
        header += " with at least one entry" if "minProperties" in schema else ""
        must = f"a table: {header}" if schema["type"] == "object" else _requirement(schema)
        return f"'{where}' is {value!r}, a {_toml_name(value)}; it must be {must}."
    return f"{where} is {value!r}; it must be {_requirement(schema)}."


def _dotted(location: Sequence[int | str]) -> str:
    """Write a location as `readers[1].name`; entries are counted from 1."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")


def _schema_at(location: Sequence[int | str]) -> dict[str, Any]:
    """Return the JSON Schema of the value at `location` of domain.toml."""
    root = DomainFile.model_json_schema()
    schema = root
    for part in location:
        if isinstance(part, int):
            schema = schema["items"]
        else:
            schema = schema.get("properties", {}).get(part) or schema["additionalProperties"]
        if "anyOf" in schema:
            # A value that may be left out.
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _requirement(schema: Mapping[str, Any]) -> str:
    """Say what a JSON Schema asks for: "a whole number from 1 to 100"."""
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    if "pattern" in schema:
        return f"a string that matches {schema['pattern']} ({schema['description'].rstrip('.')})"
    if schema.get("format") == "date":
        return "a date without quotes, such as 2026-12-01"
    kind = {
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "string": "a string",
        "object": "a table",
        "array": f"a list of {'strings' if schema.get('items', {}).get('type') == 'string' else 'tables'}",
    }[schema["type"]]
    if "minItems" in schema:
        return f"{kind} with at least one entry"
    return f"{kind} from {schema['minimum']:g} to {schema['maximum']:g}" if "minimum" in schema else kind


def _toml_name(value: object) -> str:
    names = {str: "string", list: "list", dict: "table", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), type(value).__name__)
