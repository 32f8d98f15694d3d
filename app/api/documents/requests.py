"""The request for an ingestion."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.models import Text


class IngestRequest(BaseModel):
    """Folders and files on the service's machine to ingest. For the command line on the same machine."""

    model_config = ConfigDict(extra="forbid")

    paths: list[Text] = Field(
        default=[],
        description="Absolute paths. Without any: everything that was ingested before, and the domain's own.",
    )
    rebuild: bool = Field(default=False, description="Build a new generation of the index, and switch to it.")
    forget: list[Text] = Field(
        default=[],
        description="Sources to remove with all of their documents, by name or absolute path; nothing is read then.",
    )

    rollback: bool = Field(default=False, description="Go back to the generation before; nothing is read then.")
    moved: tuple[Text, Text] | None = Field(
        default=None,
        description="A source, by name or absolute path, and the absolute path of the folder where it is now, which "
        "takes its documents over and is read.",
    )

    @model_validator(mode="after")
    def _does_one_thing(self) -> IngestRequest:
        asked = {
            "'paths' or 'rebuild'": bool(self.paths or self.rebuild),
            "'forget'": bool(self.forget),
            "'rollback'": self.rollback,
            "'moved'": self.moved is not None,
        }
        given = [name for name, is_given in asked.items() if is_given]
        if len(given) > 1:
            raise ValueError(f"{given[0]} excludes {given[1]}")
        return self
