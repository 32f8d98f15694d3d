"""Experiments of domain.toml: what is complete, and what each mistake is answered with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.domain import Domain, load_domain
from core.errors import ConfigurationError
from core.experiments import CONTROL, PARTS
from core.recipe import Example

BASE = 'name = "support"\ntitle = "Support"\nrefusal = "Not found."\n[recipe]\ntop_k = 4\nrerank = 30\n'
SOUND = """
[[experiments]]
name = "wider"
start = 2026-12-01
end = 2026-12-14
[experiments.arms.top-10]
share = 0.1
recipe = { top_k = 10 }
"""
LATER = SOUND.replace("wider", "later").replace("2026-12-01", "2027-01-01").replace("2026-12-14", "2027-01-31")


def loaded(folder: Path, toml: str) -> Domain:
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "system.md").write_text("Answer. Else say: {refusal}\n", encoding="utf-8")
    (folder / "domain.toml").write_text(BASE + toml, encoding="utf-8")
    return load_domain(folder)


def test_a_domain_has_no_experiments_unless_it_says_so(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").experiments == ()


def test_an_arm_is_the_default_recipe_with_its_own_changes(tmp_path: Path) -> None:
    domain = loaded(tmp_path, SOUND)
    (experiment,) = domain.experiments
    (arm,) = experiment.arms
    assert (arm.name, arm.share) == ("top-10", 100_000)
    assert (arm.recipe.top_k, arm.recipe.rerank, arm.recipe.name) == (10, 30, "default")
    assert arm.recipe.system_prompt == domain.recipes["default"].system_prompt == "Answer. Else say: Not found."
    assert experiment.shares == {"top-10": 100_000, CONTROL: PARTS - 100_000}
    assert (experiment.sticky, experiment.metric, experiment.shadow) == ("user", "thumbs_up", False)
    assert experiment.window == timedelta(hours=24)
    assert experiment.label("top-10") == "wider/top-10"


def test_an_arm_may_have_prompts_of_its_own_with_the_refusal(tmp_path: Path) -> None:
    changes = (
        'recipe = { system_prompt = "Be brief. {refusal}", small_prompt = "Brief. {refusal}", '
        'example = { heading = "h", source = "s", question = "q", answer = "a" } }'
    )
    domain = loaded(tmp_path, SOUND.replace("recipe = { top_k = 10 }", changes))
    recipe = domain.experiments[0].arms[0].recipe
    assert recipe.system_prompt == "Be brief. Not found."
    assert recipe.small_prompt == "Brief. Not found."
    assert recipe.example == Example("h", "s", "q", "a")


def test_an_arm_may_change_nothing_which_compares_the_default_recipe_with_itself(tmp_path: Path) -> None:
    domain = loaded(tmp_path, SOUND.replace("recipe = { top_k = 10 }", "recipe = {}"))
    assert domain.experiments[0].arms[0].recipe == domain.recipes["default"]


def test_an_experiment_runs_from_its_first_to_its_last_day_in_utc(tmp_path: Path) -> None:
    (experiment,) = loaded(tmp_path, SOUND).experiments
    assert not experiment.runs_at(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    assert experiment.runs_at(datetime(2026, 12, 1, tzinfo=UTC))
    assert experiment.runs_at(datetime(2026, 12, 14, 23, 59, 59, tzinfo=UTC))
    assert not experiment.runs_at(datetime(2026, 12, 15, tzinfo=UTC))


def test_experiments_follow_one_another_in_any_order(tmp_path: Path) -> None:
    assert [one.start for one in loaded(tmp_path, LATER + SOUND).experiments] == [date(2027, 1, 1), date(2026, 12, 1)]


def test_the_arms_may_have_all_units(tmp_path: Path) -> None:
    both = SOUND.replace("0.1", "0.4") + "[experiments.arms.top-8]\nshare = 0.6\nrecipe = { top_k = 8 }\n"
    assert loaded(tmp_path, both).experiments[0].shares[CONTROL] == 0


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        pytest.param(SOUND + SOUND, ["two [[experiments]] have the name 'wider'"], id="same name"),
        pytest.param(
            SOUND + LATER.replace("2027-01-01", "2026-12-14"),
            ["'wider' (to 2026-12-14) and 'later' (from 2026-12-14)", "one experiment runs at a time"],
            id="one day in common",
        ),
        pytest.param(
            LATER.replace("2027-01-01", "2026-12-05").replace("2027-01-31", "2026-12-06") + SOUND,
            ["'wider' (to 2026-12-14) and 'later' (from 2026-12-05)"],
            id="one inside the other",
        ),
        pytest.param(
            SOUND.replace("2026-12-14", "2026-11-30"), ["ends on 2026-11-30, before it starts on 2026-12-01"], id="end"
        ),
        pytest.param(
            SOUND + "[experiments.arms.top-8]\nshare = 0.91\nrecipe = {}\n",
            ["'wider' add up to 1.01", "1 at most"],
            id="shares over 1",
        ),
        pytest.param(SOUND.replace("top-10", "control"), ["an arm 'control', which is the default"], id="control"),
        pytest.param(SOUND.replace("top-10", "Top_10"), ["an arm 'Top_10'", "lower-case letters"], id="arm's name"),
        pytest.param(SOUND.replace('"wider"', '"a/b"'), ["experiments[1].name is 'a/b'"], id="experiment's name"),
        pytest.param(
            SOUND.replace("top_k = 10", "topk = 10"),
            ["unknown key 'topk' in [experiments[1].arms.top-10.recipe]", "Known keys: top_k,"],
            id="unknown field of the recipe",
        ),
        pytest.param(
            SOUND.replace("top_k = 10", 'name = "x"'), ["unknown key 'name' in"], id="the name is not a tunable"
        ),
        pytest.param(
            SOUND.replace("top_k = 10", "top_k = 0"),
            ["experiments[1].arms.top-10.recipe.top_k is 0", "from 1 to 100"],
            id="value of the recipe",
        ),
        pytest.param(SOUND.replace("0.1", "1.5"), ["arms.top-10.share is 1.5", "from 0 to 1"], id="a share over 1"),
        pytest.param(SOUND.replace("0.1", '"10%"'), ["share is '10%'", "a number from 0 to 1"], id="a share as text"),
        pytest.param(SOUND.replace("share = 0.1", ""), ["'share' is missing", "share = …"], id="no share"),
        pytest.param(
            SOUND.replace("2026-12-14", '"2026-12-14"'), ["end' is '2026-12-14'", "a date without quotes"], id="quoted"
        ),
        pytest.param(SOUND.replace("2026-12-14", "2026-12-14T12:00:00"), ["a date without quotes"], id="a time"),
        pytest.param(SOUND.split("[experiments.arms")[0], ["the key 'arms' is missing"], id="no arms"),
        pytest.param(
            SOUND.split("[experiments.arms")[0] + "[experiments.arms]", ["with at least one entry"], id="empty arms"
        ),
        pytest.param(SOUND + "[experiments.arms.a]\nshare = 0.1\nrecipe = 3\n", ["is 3, a number"], id="recipe"),
        pytest.param(
            SOUND + "[experiments.guard_rails]\nflagged = 2\n", ["guard_rails.flagged is 2", "from 0 to 1"], id="limit"
        ),
        pytest.param(
            SOUND + "[experiments.guard_rails]\nlatest = 40\n", ["the latest 40 answers and need 100"], id="least"
        ),
        pytest.param(
            SOUND + "[experiments.guard_rails]\nflags = 2\n", ["unknown key 'flags'", "thumbs_down"], id="guard-rail"
        ),
        pytest.param(SOUND.replace("start", 'metric = "joy"\nstart'), ["one of thumbs_up, flagged"], id="metric"),
        pytest.param(SOUND.replace("start", 'sticky = "page"\nstart'), ["one of user, conversation"], id="sticky"),
        pytest.param(SOUND.replace("start", "window_hours = 0\nstart"), ["window_hours is 0"], id="window"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_to_write(tmp_path: Path, toml: str, expected: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, toml)
    for part in expected:
        assert part in str(caught.value)
