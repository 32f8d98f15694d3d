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

    @model_validator(mode="after")
    def _does_one_thing(self) -> IngestRequest:
        if self.forget and (self.paths or self.rebuild):
            raise ValueError("'forget' excludes 'paths' and 'rebuild'")
        return self
