"""The file of weights, and the doubt about a sentence."""

from __future__ import annotations

import json
from math import exp
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grounding import check
from app.grounding.score.features import Features
from app.grounding.score.weights import WEIGHTS_FILE, read_weights, sentence_doubt, trained_weights
from testing.properties import tried

examples = tried(200)
SHARES = st.floats(0, 1)
COUNTS = st.floats(0, 4)
SENTENCES = st.builds(Features, SHARES, COUNTS, COUNTS, COUNTS, SHARES, SHARES)


def content() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return loaded


def test_the_features_of_the_file_are_those_of_the_code() -> None:
    assert tuple(content()["sentence"]["features"]) == Features._fields
    assert content()["answer"] == {"mean_share": trained_weights().mean_share}


def test_the_file_says_what_it_was_trained_on_and_how_good_it_is() -> None:
    trained_on = content()["trained_on"]
    assert {"hagrid_dev", "mtrag_human"} <= set(trained_on["sets"])
    assert not any("gensearch" in name or "expertqa" in name or "quintd" in name for name in trained_on["files"])
    assert all(len(digest) == 64 for digest in trained_on["files"].values())
    assert set(trained_on["versions"]) == {"numpy", "scikit-learn"}
    assert (
        content()["evaluation"]["gensearch_dev"]["all"]["score"]
        > content()["evaluation"]["gensearch_dev"]["all"]["naive"]
    )


@examples
@given(sentence=SENTENCES)
def test_the_doubt_is_the_logistic_regression_of_the_file(sentence: Features) -> None:
    model = content()["sentence"]
    logit = model["intercept"] + sum(
        one["weight"] * (value - one["mean"]) / one["deviation"]
        for one, value in zip(model["features"].values(), sentence, strict=True)
    )
    assert sentence_doubt(sentence) == pytest.approx(1 / (1 + exp(-logit)), abs=1e-9)


@examples
@given(sentence=SENTENCES, place=st.integers(0, 5), more=SHARES)
def test_more_of_any_feature_is_never_a_doubt_less(sentence: Features, place: int, more: float) -> None:
    worse = sentence._replace(**{Features._fields[place]: sentence[place] + more})
    assert 0.0 <= sentence_doubt(sentence) <= sentence_doubt(worse) <= 1.0


def test_the_weights_are_read_once() -> None:
    assert trained_weights() is trained_weights()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda loaded: loaded.pop("answer"), "the key 'answer' is missing"),
        (lambda loaded: loaded["sentence"]["features"].pop("names"), "the features are absent, values,"),
        (
            lambda loaded: loaded["sentence"]["features"]["names"].update(weight=-1.0),
            "expected finite numbers from 0 on",
        ),
        (lambda loaded: loaded["sentence"]["features"]["names"].update(weight="much"), "unsupported operand"),
        (lambda loaded: loaded["sentence"]["features"]["names"].update(deviation=0.0), "division by zero"),
        (lambda loaded: loaded.update(sentence=[]), "list indices"),
        (lambda loaded: loaded["answer"].update(mean_share=1.5), "mean_share is 1.5, expected a number from 0 to 1"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_the_fix(tmp_path: Path, change: Any, message: str) -> None:
    loaded = content()
    change(loaded)
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(loaded), encoding="utf-8")
    with pytest.raises(ValueError, match=r"weights\.json: .*python -m benchmarks\.grounding\.train") as error:
        read_weights(path)
    assert message in str(error.value)


def test_a_missing_file_and_one_that_is_no_json_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"weights\.json.*run `python -m"):
        read_weights(tmp_path / "weights.json")
    (tmp_path / "weights.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"weights\.json.*run `python -m"):
        read_weights(tmp_path / "weights.json")


@pytest.mark.parametrize(
    ("context", "right", "wrong"),
    [
        (
            "Full-time staff get 25 days of leave per year. Unused days expire on 31 March.",
            "Staff who work full-time get 25 days of leave.",
            "Staff who work full-time get free lunches and a company car.",
        ),
        (
            "Vollzeitkräfte bekommen 25 Tage Urlaub im Jahr. Nicht genommene Tage verfallen am 31. März.",
            "Vollzeitkräfte bekommen in jedem Jahr 25 Tage Urlaub.",
            "Wer in Vollzeit arbeitet, bekommt kostenlose Mittagessen und einen Dienstwagen.",
        ),
        (
            "Le personnel à plein temps a 25 jours de congé par an. Les jours restants expirent le 31 mars.",
            "À plein temps, le personnel a 25 jours de congé.",
            "À plein temps, le personnel mange gratuitement et reçoit une voiture neuve.",
        ),
        (
            "El personal a tiempo completo tiene 25 días de vacaciones al año.",
            "A tiempo completo, el personal tiene 25 días de vacaciones.",
            "A tiempo completo, el personal come gratis y recibe un coche nuevo.",
        ),
    ],
)
def test_an_invented_answer_is_doubted_more_than_a_right_one_in_each_language(
    context: str, right: str, wrong: str
) -> None:
    assert check(wrong, [context]).score < 0.5 < check(right, [context]).score
