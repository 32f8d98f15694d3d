"""The responses about the service: its state, and what an interface needs to know of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.answer.types import Mode
from app.api.access.responses import AccessState
from app.api.models import Response
from core.widget import Position, Scheme


class Health(Response):
    """The process lives."""

    status: Literal["ok"] = Field(default="ok", description="Always `ok`.")


class ModelStatus(Response):
    """Whether the language model answers."""

    configured: bool = Field(description="Whether LLM_BASE_URL is set.")
    reachable: bool = Field(description="Whether its server answered, a few seconds ago at most.")
    loading: bool = Field(description="Whether its server is still loading it; it is not reachable then.")
    name: str | None = Field(
        description="The name of the model that answers where a recipe names none; null while it is not reachable."
    )
    missing: list[str] = Field(description="Models that recipes name and the server does not list.")


class ModelHealth(ModelStatus):
    """Whether the language model answers, and why it does not."""

    error: str | None = Field(description="Why it is not reachable; null otherwise.")


class ReleaseInfo(Response):
    """The release that the service answers with: a candidate that passed the promotion gate."""

    id: str = Field(description="The beginning of the SHA-256 of its record.")
    promoted_at: str = Field(description="When, in UTC (ISO 8601).")
    recipe: str = Field(description="The name of its recipe when it was evaluated.")
    model: str | None = Field(description="The model that it was evaluated with; null for extractive answers.")
    verdict: str = Field(description="What the gate decided: `ships`, `does not ship` or `not enough questions`.")
    reason: str | None = Field(
        description="Why it was promoted although it does not ship; null for one that ships, and for a caller who may "
        "not manage the service."
    )
    differences: list[str] | None = Field(
        description="In what this service differs from what was evaluated; null for a caller who may not manage it."
    )


class Readiness(Response):
    """Whether the index and the database answer, and there are documents. The model's state does not decide."""

    ready: bool = Field(description="True with the status 200, false with 503.")
    reason: str | None = Field(default=None, description="Why the service is not ready; absent when it is.")
    documents: int | None = Field(default=None, description="Documents in the index; absent while it does not answer.")
    chunks: int | None = Field(default=None, description="Chunks in the index; absent while it does not answer.")
    release: str | None = Field(default=None, description="The id of the release; absent without one.")
    model: ModelHealth | None = Field(
        default=None, description="The language model; absent, like all but `ready`, for a caller who may not use it."
    )


class DomainInfo(Response):
    """The domain, as `domain.toml` describes it."""

    name: str = Field(description="The domain's name.")
    title: str = Field(description="The title of the page.")
    tagline: str = Field(description="The line below the title.")
    language: str = Field(description="The language of the documents, by its English name.")
    language_code: str = Field(description="Its code, as `lang` in HTML takes it; empty where it is unknown.")
    suggestions: list[str] = Field(description="Questions to begin with.")


class Handover(Response):
    """The way to a person."""

    label: str | None = Field(description="The label of the button; null: the interface has words of its own.")
    url: str | None = Field(
        description="An address with `https:` or `mailto:`; null: the page of the site handles `groundwork:handover`."
    )


class WidgetInfo(Response):
    """The chat widget, as `[widget]` in `domain.toml` describes it, in the language asked for.

    A text that is null is not set: the interface has words of its own, or shows nothing.
    """

    title: str = Field(description="The heading.")
    greeting: str | None = Field(description="What is said before the first question.")
    launcher_label: str | None = Field(description="The label of the button that opens the widget.")
    notice: str | None = Field(description="A line below the conversation, for example on privacy.")
    accent: str = Field(description="The accent colour, as `#rrggbb`.")
    scheme: Scheme = Field(description="`light`, `dark`, or `auto`: as the visitor's browser is set.")
    position: Position = Field(description="The corner of the launcher: at the `start` or the `end` of a line of text.")
    handover: Handover | None = Field(description="The way to a person; null where there is none.")


class Features(Response):
    """What the caller can use. A page shows nothing for a feature that is false."""

    feedback: bool = Field(description="`POST /v1/feedback`.")
    uploads: bool = Field(description="Uploading and deleting documents.")
    documents: bool = Field(description="`GET /v1/documents`: the list, and each document with its text.")
    originals: bool = Field(description="Opening the file of a document.")
    admin: bool = Field(description="Administration: the page `/admin` and what it reads and changes.")


class Configuration(Response):
    """What an interface needs to know of the service. Nothing in it is secret."""

    domain: DomainInfo = Field(description="The domain.")
    widget: WidgetInfo = Field(description="The chat widget.")
    features: Features = Field(description="What the caller can use.")
    models: list[str] | None = Field(
        description="The model ids; see `GET /v1/models`. Null for a session of the widget."
    )
    recipes: dict[str, str] | None = Field(
        description="The SHA-256 of each recipe with its prompts, by model id. Null for a session of the widget."
    )
    written_by: dict[str, str | None] | None = Field(
        description="The language model that writes the answers of each recipe, by model id; a model's name is null "
        "while it is not known. Null for a session of the widget."
    )
    mode: Mode = Field(description="`generated` where a model is configured, else `extractive`.")
    model: ModelStatus = Field(description="The language model; without its name for a session of the widget.")
    access: AccessState | None = Field(description="Who the caller is; null for a session of the chat widget.")
    embedder: str | None = Field(description="The embedder's name. Null for a session of the widget.")
    documents: int = Field(description="Documents in the index.")
    chunks: int = Field(description="Chunks in the index.")
    release: ReleaseInfo | None = Field(
        default=None, description="The promoted release; null without one, and for a session of the widget."
    )
