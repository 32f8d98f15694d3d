"""A distillation from the request to the result, stage after stage.

What does not depend on the student comes first: examples, questions, the answers without a model and those of the base,
the prompts of the calibration. They cost little, they fail early where something is wrong, and they show how long the
student's evaluation will take. Then the student is trained in the time that is left, compressed, served and asked; the
gate decides whether it may replace the extractive answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError, IndexLocked
from core.index.lock import find_holder, held_by
from core.index.open import embedded_root
from evals.distill.run.budget import estimate_reserve, in_words, spent
from evals.distill.run.html import render_page
from evals.distill.run.inputs import Documents, check_recipe, describe_inputs, read_documents
from evals.distill.run.parts import Parts, Show
from evals.distill.run.place import Place, StageRecord, as_json, differences, read_object, write_object
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.result import DistillRunResult, make_result, read_result
from evals.distill.run.sets import JudgeSet
from evals.distill.run.stages import choose, compress, data, gate, judge, train
from evals.distill.run.systems import BASE, COMPRESSED, EXTRACTIVE, STUDENT
from serving.checkpoint.read import read_checkpoint
from serving.compress.refusals import check_uncompressed
from serving.get.folders import sized_name

_FORMAT = "groundwork-distill-run-1"


@dataclass(frozen=True, slots=True)
class _Run:
    """What every stage is given."""

    request: DistillRunRequest
    place: Place
    sets: Mapping[str, JudgeSet]
    documents: Mapping[str, Documents]
    base_sha256: str
    parts: Parts
    show: Show

    @property
    def own(self) -> JudgeSet:
        """The set of the domain that the student is trained for."""
        return next(iter(self.sets.values()))

    @property
    def student(self) -> Path:
        """The folder of the student, whose name is a part of the name that it is served under."""
        parameters = read_checkpoint(self.request.model).parameters
        return self.place.folder / sized_name(f"{self.request.model.resolve().name}-distilled", parameters)

    @property
    def compressed(self) -> Path:
        """The folder of the compressed student."""
        return self.student.with_name(f"{self.student.name}-w8a8")


def distill(request: DistillRunRequest, sets: Sequence[JudgeSet], parts: Parts, show: Show) -> DistillRunResult:
    """Make the student and judge it, or go on where an earlier start was cut off; a finished folder is read again.

    Raises ConfigurationError for what is wrong with the request, for a folder of other inputs (unless they are to be
    done again), and for a budget that leaves nothing for training; IndexLocked while a service holds an index; and what
    the stages raise. What is finished is kept.
    """
    check_uncompressed(read_checkpoint(request.model))
    check_recipe(request, sets)
    place = Place(request.out.absolute())
    place.begin()
    with place.alone():
        documents = _documents(place, sets, parts, show)
        inputs = as_json(describe_inputs(request, sets, list(documents.values())))
        _check_inputs(place, request, inputs)
        if place.result_file.exists():
            return read_result(place)
        parts.check(request)
        run = _Run(request, place, {one.name: one for one in sets}, documents, inputs["model"], parts, show)
        return _do(run, inputs)


def _documents(place: Place, sets: Sequence[JudgeSet], parts: Parts, show: Show) -> dict[str, Documents]:
    """Return the documents of each set; of a finished run whose index is held, those that it was made of."""
    found: dict[str, Documents] = {}
    begun = read_object(place.request_file) if place.result_file.exists() else None
    for judged in sets:
        try:
            check_index_free(judged)
        except IndexLocked:
            known = begun and begun["inputs"].get(f"documents of {judged.name}")
            if not known:
                raise
            show.line(f"The index of {judged.name} is in use: whether its documents have changed is not known.")
            found[judged.name] = Documents(0, known)
        else:
            found[judged.name] = asyncio.run(read_documents(judged.settings, parts.connect))
    return found


def check_index_free(judged: JudgeSet) -> None:
    """Raise IndexLocked while another process holds the embedded index of a set.

    Every system is another service over the same index, so that a running one cannot be used.
    """
    if judged.settings.qdrant_url is not None:
        return
    root = embedded_root(judged.settings)
    holder = find_holder(root)
    if holder is not None:
        raise IndexLocked(
            f"{held_by(root, holder)} `groundwork model distill run` opens the index itself, for one system after the "
            "other, and cannot go through that process."
        )


def _check_inputs(place: Place, request: DistillRunRequest, inputs: Mapping[str, Any]) -> None:
    """Compare the inputs with those that the folder was begun with, and write them down.

    Another budget is no other input while the student is not trained: the training goes on with it.
    """
    begun = read_object(place.request_file)
    now = {"format": _FORMAT, "inputs": dict(inputs)}
    trained = place.record(train.NAME)
    if begun is not None:
        then = dict(begun.get("inputs", {}))
        asked = dict(inputs)
        if trained is not None and trained.is_finished and trained.outputs is not None:
            then["budget_s"], asked["budget_s"] = trained.outputs["budget_s"], request.budget_s
        changed = differences(then, asked)
        if changed and not request.redo:
            raise ConfigurationError(
                f"{place.folder} was made of other inputs: {changed}. Do what follows from that again with --redo, or "
                "name another --out."
            )
        if changed:
            place.result_file.unlink(missing_ok=True)
            if then.get("budget_s") != asked.get("budget_s"):
                place.forget(train.NAME, ())
    write_object(place.request_file, now)


def _do(run: _Run, inputs: Mapping[str, Any]) -> DistillRunResult:
    place, request = run.place, run.request
    made = data.make_data(place, request, run.own, run.documents[run.own.name], run.parts, run.show)
    run.show.line(f"Examples: {place.examples} ({in_words(made.seconds)}).")
    cases = choose.choose(place, request, run.sets, _outputs(made)["held_out"])
    run.show.line(f"Questions: {_counts(cases)}.")
    extractive = _judge(run, EXTRACTIVE, None, cases)
    base = _judge(run, BASE, (request.model, run.base_sha256), cases)
    for judged in run.sets.values():
        gate.check_gate(place, judged, BASE, EXTRACTIVE)
    calibration = _calibration(run, _outputs(made)["held_out"])
    expected_s = None if calibration is None else _outputs(calibration)["expected_s"]
    reserve = estimate_reserve(base.seconds, expected_s)
    spent_s = spent(filter(None, (made, cases, extractive, base, calibration)))
    trained = train.train(
        place, request, run.base_sha256, _outputs(made), spent_s, reserve, run.student, run.parts, run.show
    )
    student = run.student, str(_outputs(trained)["sha256"])
    run.show.line(f"Student: {run.student} ({in_words(trained.seconds)}).")
    models: dict[str, Path | None] = {EXTRACTIVE: None, BASE: request.model, STUDENT: run.student}
    _judge(run, STUDENT, student, cases)
    if calibration is not None:
        compressed = compress.compress(place, request, student, calibration, run.compressed, run.parts, run.show)
        run.show.line(f"Compressed: {run.compressed} ({in_words(compressed.seconds)}).")
        _judge(run, COMPRESSED, (run.compressed, str(_outputs(compressed)["sha256"])), cases)
        models[COMPRESSED] = run.compressed
    decisions = [
        gate.decide(place, judged, candidate, EXTRACTIVE)
        for judged in run.sets.values()
        for candidate in (STUDENT, COMPRESSED)
        if candidate in models
    ]
    result = make_result(place, request.budget_s, inputs, list(run.sets.values()), models, decisions)
    place.report_file.write_text(render_page(result, place), encoding="utf-8")
    write_object(place.result_file, result.to_dict())
    return result


def _judge(run: _Run, system: str, model: tuple[Path, str] | None, cases: StageRecord) -> StageRecord:
    record = judge.judge(
        run.place, run.request, system, model, run.sets, run.documents, _outputs(cases), run.parts, run.show
    )
    run.show.line(f"Answers of {system}: {run.place.folder / 'runs'} ({in_words(record.seconds)}).")
    return record


def _calibration(run: _Run, held_out: Sequence[str]) -> StageRecord | None:
    if not run.request.compress:
        return None
    return compress.render_calibration(
        run.place,
        run.request,
        (run.request.model, run.base_sha256),
        run.own,
        run.documents[run.own.name],
        held_out,
        run.student.name,
        run.parts,
        run.show,
    )


def _outputs(record: StageRecord) -> Mapping[str, Any]:
    assert record.outputs is not None
    return record.outputs


def _counts(cases: StageRecord) -> str:
    return ", ".join(f"{found['questions']} of {name}" for name, found in _outputs(cases).items())
