"""domain.toml becomes a Domain, and the error of a wrong line names the file, the key, the value and the fix."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from core.domain import Overload, ReaderSettings, load_domain
from core.errors import ConfigurationError
from core.recipe import Recipe
from core.texts import DEFAULT_TEXTS
from testing.builders import REPOSITORY

SOUND = 'name = "support"\ntitle = "Support"\nrefusal = "Not found."\n'
WriteDomain = Callable[[str], Path]


@pytest.fixture
def write_domain(tmp_path: Path) -> WriteDomain:
    """Write a domain folder with this domain.toml and a prompt."""

    def write(toml: str) -> Path:
        (tmp_path / "domain.toml").write_text(toml, encoding="utf-8")
        (tmp_path / "prompts").mkdir()
        (tmp_path / "prompts" / "system.md").write_text("Answer from the sources.\n", encoding="utf-8")
        return tmp_path

    return write


def error_of(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_domain(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", ["onboarding", "documents"])
def test_the_domains_that_come_with_the_project_load(name: str) -> None:
    domain = load_domain(REPOSITORY / "domains" / name)

    assert domain.name == name
    assert domain.recipes["default"].system_prompt
    assert all(source.is_dir() for source in domain.sources)


def test_what_is_left_out_gets_a_plain_default(write_domain: WriteDomain) -> None:
    domain = load_domain(write_domain(SOUND))

    assert domain.recipes == {"default": Recipe(system_prompt="Answer from the sources.")}
    assert (domain.tagline, domain.language, domain.sources, domain.suggestions) == ("", "english", (), ())
    assert domain.cases == domain.folder / "cases.jsonl"


def test_a_domain_is_identified_by_its_folder_and_by_its_name_where_it_differs(
    write_domain: WriteDomain, tmp_path: Path
) -> None:
    assert load_domain(write_domain(SOUND)).identity == f"{tmp_path.name} [support]"
    assert load_domain(REPOSITORY / "domains" / "onboarding").identity == "onboarding"


def test_sources_are_relative_to_the_domains_folder(write_domain: WriteDomain, tmp_path: Path) -> None:
    domain = load_domain(write_domain(SOUND + 'sources = ["corpus", "/srv/more"]\n'))

    assert domain.sources == (tmp_path / "corpus", Path("/srv/more"))


def test_a_recipe_arm_is_the_default_with_its_own_changes(write_domain: WriteDomain) -> None:
    toml = SOUND + "[recipe]\ntop_k = 4\nrrf_k = 60\n[recipes.wide]\ntop_k = 20\n"

    recipes = load_domain(write_domain(toml)).recipes

    assert set(recipes) == {"default", "wide"}
    assert (recipes["default"].name, recipes["default"].top_k, recipes["default"].rrf_k) == ("default", 4, 60)
    assert (recipes["wide"].name, recipes["wide"].top_k, recipes["wide"].rrf_k) == ("wide", 20, 60)
    assert recipes["wide"].system_prompt == "Answer from the sources."


def test_an_arm_may_say_a_fraction_where_the_default_says_zero(write_domain: WriteDomain) -> None:
    toml = SOUND + "[recipe]\ntemperature = 0\n[recipes.warm]\ntemperature = 0.7\n"

    recipes = load_domain(write_domain(toml)).recipes

    assert recipes["default"].temperature == 0.0
    assert isinstance(recipes["default"].temperature, float)
    assert recipes["warm"].temperature == 0.7


@pytest.mark.parametrize("policy", ["annotate", "retry", "withhold", "refuse"])
def test_a_recipe_and_each_of_its_arms_may_name_a_grounding_policy(write_domain: WriteDomain, policy: str) -> None:
    toml = SOUND + f'[recipe]\ngrounding = "{policy}"\n[recipes.same]\n[recipes.open]\ngrounding = "annotate"\n'

    recipes = load_domain(write_domain(toml)).recipes

    assert [recipes[name].grounding for name in ("default", "same", "open")] == [policy, policy, "annotate"]


def test_a_folder_without_a_domain_file_names_the_file_and_where_to_copy_one(tmp_path: Path) -> None:
    message = error_of(tmp_path)

    assert str(tmp_path / "domain.toml") in message
    assert "Copy domains/onboarding/domain.toml" in message


def test_broken_toml_names_the_file_and_the_line(write_domain: WriteDomain, tmp_path: Path) -> None:
    message = error_of(write_domain('name = "support"\ntitle = Support\n'))

    assert message.startswith(f"{tmp_path / 'domain.toml'} is not valid TOML")
    assert "line 2" in message


def test_a_file_that_is_not_utf_8_is_named(write_domain: WriteDomain, tmp_path: Path) -> None:
    folder = write_domain("")
    (folder / "domain.toml").write_bytes('title = "Büro"'.encode("latin-1"))

    assert str(tmp_path / "domain.toml") in error_of(folder)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param('colour = "red"', ["unknown key 'colour'", "Known keys: name, title"], id="unknown key"),
        pytest.param('sources = "corpus"', ["'sources' is 'corpus', a string", "a list of strings"], id="wrong type"),
        pytest.param("tagline = true", ["'tagline' is True, a boolean", "it must be a string"], id="boolean"),
        pytest.param("recipe = 3", ["'recipe' is 3, a number", "it must be a table"], id="recipe is a number"),
        pytest.param("sources = [1]", ["'sources' holds 1", "non-empty string"], id="source is a number"),
        pytest.param('suggestions = [" "]', ["'suggestions' holds ' '", "non-empty string"], id="blank suggestion"),
        pytest.param(
            '[texts.it]\nthanks = "x"',
            ["unknown key 'it' in [texts]", "Known keys: en, de, fr, es."],
            id="a language without texts",
        ),
        pytest.param('[texts]\nrefusal = "x"', ["unknown key 'refusal' in [texts]"], id="a text without a language"),
        pytest.param('[texts.de]\nhi = "x"', ["unknown key 'hi' in [texts.de]", "greeting"], id="unknown text"),
        pytest.param("[texts.de]\nthanks = 3", ["'texts.de.thanks' is 3, a number"], id="text is a number"),
        pytest.param('[texts.de]\nthanks = " "', ["'thanks' is missing or empty in [texts.de]"], id="blank text"),
        pytest.param("[recipe]\ntopk = 3", ["unknown key 'topk' in [recipe]", "top_k"], id="unknown recipe key"),
        pytest.param('[recipe]\nname = "x"', ["unknown key 'name' in [recipe]"], id="the name is not a tunable"),
        pytest.param("[recipe]\ntop_k = 0", ["recipe.top_k is 0", "whole number from 1 to 100"], id="too small"),
        pytest.param("[recipe]\ntop_k = 101", ["recipe.top_k is 101", "from 1 to 100"], id="too large"),
        pytest.param("[recipe]\ntop_k = 2.5", ["recipe.top_k is 2.5", "a whole number"], id="a fraction of a passage"),
        pytest.param("[recipe]\ntop_k = true", ["recipe.top_k is True", "a whole number"], id="true is no number"),
        pytest.param('[recipe]\nrrf_k = "2"', ["recipe.rrf_k is '2'", "a whole number"], id="a number in quotes"),
        pytest.param("[recipe]\nrefuse_below = 1.1", ["recipe.refuse_below is 1.1", "a number from 0 to 1"], id="1.1"),
        pytest.param("[recipe]\ntemperature = nan", ["recipe.temperature is nan", "from 0 to 2"], id="not a number"),
        pytest.param(f"[recipe]\ntop_k = {10**400}", ["recipe.top_k is 1000", "from 1 to 100"], id="astronomic"),
        pytest.param(
            '[recipe]\ngrounding = "withold"',
            ["recipe.grounding is 'withold'", "one of annotate, retry, withhold, refuse"],
            id="a policy that is none",
        ),
        pytest.param(
            "[recipe]\ngrounding = true", ["recipe.grounding is True", "one of annotate"], id="no policy name"
        ),
        pytest.param(
            "[recipe]\ngrounding = []", ["recipe.grounding is []", "one of annotate"], id="a list of policies"
        ),
        pytest.param("[recipes.wide]\ncandidates = 0", ["recipes.wide.candidates is 0"], id="an arm's value"),
        pytest.param("[recipes]\nwide = 4", ["'recipes.wide' is 4", "[recipes.wide]"], id="an arm is a table"),
        pytest.param("recipes = 3", ["'recipes' is 3, a number", "a table: [recipes]"], id="recipes is a number"),
        pytest.param('[recipes.a]\nname = "b"', ["unknown key 'name' in [recipes.a]"], id="an arm's name"),
        pytest.param("[recipes.default]\ntop_k = 4", ["[recipes.default] is not allowed", "[recipe]"], id="default"),
        pytest.param("tagline = 2026-01-01", ["'tagline' is", "a date; it must be a string"], id="a date"),
        pytest.param(f"[recipe]\ntop_k = {'9' * 5000}", ["is not valid TOML", "4300 digits"], id="too many digits"),
        pytest.param(f"sources = {'[' * 5000}", ["is not valid TOML", "recursion"], id="too deep"),
    ],
)
def test_the_error_of_a_wrong_line_names_file_key_value_and_fix(
    write_domain: WriteDomain, tmp_path: Path, lines: str, expected: list[str]
) -> None:
    message = error_of(write_domain(SOUND + lines + "\n"))

    assert message.startswith(str(tmp_path / "domain.toml"))
    for part in expected:
        assert part in message


@pytest.mark.parametrize("key", ["name", "title", "refusal"])
def test_a_missing_word_is_asked_for(write_domain: WriteDomain, key: str) -> None:
    toml = "".join(line + "\n" for line in SOUND.splitlines() if not line.startswith(key))

    assert f"the key '{key}' is missing or empty. Add a line: {key} =" in error_of(write_domain(toml))


def test_a_missing_prompt_is_named_with_one_to_copy(write_domain: WriteDomain, tmp_path: Path) -> None:
    folder = write_domain(SOUND)
    (folder / "prompts" / "system.md").unlink()

    message = error_of(folder)

    assert str(tmp_path / "prompts" / "system.md") in message
    assert "copy domains/onboarding/prompts/system.md" in message


def test_the_refusal_is_filled_in_and_other_braces_are_text(write_domain: WriteDomain) -> None:
    folder = write_domain(SOUND)
    template = 'Reply with: {refusal}\nLeave {name}, {}, {{refusal}} and {"a": 1} alone.\n'
    (folder / "prompts" / "system.md").write_text(template, encoding="utf-8")

    prompt = load_domain(folder).recipes["default"].system_prompt

    assert prompt == 'Reply with: Not found.\nLeave {name}, {}, {Not found.} and {"a": 1} alone.'


def test_a_refusal_that_looks_like_the_placeholder_is_filled_in_once(write_domain: WriteDomain) -> None:
    folder = write_domain(SOUND.replace("Not found.", "No {refusal}."))
    (folder / "prompts" / "system.md").write_text("Reply with: {refusal}", encoding="utf-8")

    assert load_domain(folder).recipes["default"].system_prompt == "Reply with: No {refusal}."


@pytest.mark.parametrize("prompt", ["Reply with: {refusal}", "Reply with: Not found. Say nothing else."])
def test_a_prompt_with_the_placeholder_or_the_refusal_itself_gives_no_warning(
    write_domain: WriteDomain, caplog: pytest.LogCaptureFixture, prompt: str
) -> None:
    folder = write_domain(SOUND)
    (folder / "prompts" / "system.md").write_text(prompt, encoding="utf-8")

    load_domain(folder)

    assert not caplog.records


def test_a_prompt_without_the_refusal_is_used_with_a_warning_that_names_the_line_to_add(
    write_domain: WriteDomain, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_domain(SOUND)

    domain = load_domain(folder)

    assert domain.recipes["default"].system_prompt == "Answer from the sources."
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert str(folder / "prompts" / "system.md") in record.getMessage()
    assert "does not contain {refusal}" in record.getMessage()
    assert "Add a line: If the sources do not answer the question" in record.getMessage()


def test_readers_are_read_with_the_arguments_of_their_constructor_and_of_load_data(write_domain: WriteDomain) -> None:
    toml = """
        [[readers]]
        name = "wiki"
        class = "llama_index.readers.wikipedia.WikipediaReader"
        load = { pages = ["Berlin", "Bern"] }
        [[readers]]
        name = "tickets-2"
        class = "our.readers.Tickets"
        arguments = { url = "https://tickets.example", since = 2026-01-31 }
    """

    readers = load_domain(write_domain(SOUND + toml)).readers

    assert readers == (
        ReaderSettings(
            "wiki", "llama_index.readers.wikipedia.WikipediaReader", arguments={}, load={"pages": ["Berlin", "Bern"]}
        ),
        ReaderSettings(
            "tickets-2",
            "our.readers.Tickets",
            arguments={"url": "https://tickets.example", "since": date(2026, 1, 31)},
            load={},
        ),
    )


def test_a_domain_may_have_no_readers(write_domain: WriteDomain) -> None:
    assert load_domain(write_domain(SOUND)).readers == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("readers = 3", ["'readers' is 3, a number", "a list of tables"], id="no list"),
        pytest.param("readers = [3]", ["'readers[1]' is 3, a number", "a table: [[readers]]"], id="no table"),
        pytest.param('[[readers]]\nclass = "a.B"', ["the key 'name' is missing", "in readers[1]"], id="no name"),
        pytest.param('[[readers]]\nname = "a"', ["the key 'class' is missing", 'class = "…"'], id="no class"),
        pytest.param(
            '[[readers]]\nname = "a b"\nclass = "a.B"',
            ["readers[1].name is 'a b'", "letters, digits, - and _"],
            id="a blank in the name",
        ),
        pytest.param('[[readers]]\nname = ""\nclass = "a.B"', ["readers[1].name is ''"], id="an empty name"),
        pytest.param(
            '[[readers]]\nname = "a"\nclass = "Wiki"',
            ["readers[1].class is 'Wiki'", "Import path of the reader"],
            id="a class without a module",
        ),
        pytest.param('[[readers]]\nname = "a"\nclass = 3', ["readers[1].class is 3"], id="a class that is a number"),
        pytest.param(
            '[[readers]]\nname = "a"\nclass = "a.B"\nload = []',
            ["'readers[1].load' is [], a list", "a table"],
            id="arguments that are a list",
        ),
        pytest.param(
            '[[readers]]\nname = "a"\nclass = "a.B"\nclass_path = "c.D"',
            ["unknown key 'class_path' in readers[1]", "Known keys: name, class, arguments, load"],
            id="unknown key",
        ),
        pytest.param(
            '[[readers]]\nname = "a"\nclass = "a.B"\n[[readers]]\nname = "a"\nclass = "a.C"',
            ["two [[readers]] have the name 'a'"],
            id="one name twice",
        ),
    ],
)
def test_the_error_of_a_wrong_reader_names_file_key_value_and_fix(
    write_domain: WriteDomain, tmp_path: Path, lines: str, expected: list[str]
) -> None:
    message = error_of(write_domain(SOUND + lines + "\n"))

    assert message.startswith(str(tmp_path / "domain.toml"))
    for part in expected:
        assert part in message


def test_a_domain_says_what_happens_when_its_model_is_busy(write_domain: WriteDomain) -> None:
    domain = load_domain(write_domain(SOUND + '[overload]\nttft_ms = 1500\nanswer = "extract"\n'))
    assert domain.overload == Overload(ttft_ms=1500, answer="extract")


def test_a_domain_that_says_nothing_refuses_after_ten_seconds(write_domain: WriteDomain) -> None:
    assert load_domain(write_domain(SOUND)).overload == Overload(ttft_ms=10_000, answer="refuse")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ttft_ms = 0", "overload.ttft_ms is 0"),
        ('ttft_ms = "soon"', "overload.ttft_ms is 'soon'"),
        ('answer = "wait"', "overload.answer is 'wait'; it must be one of refuse, extract"),
        ("ttft = 1000", "unknown key 'ttft' in"),
    ],
)
def test_a_wrong_setting_for_a_busy_model_is_named(write_domain: WriteDomain, line: str, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        load_domain(write_domain(f"{SOUND}[overload]\n{line}\n"))


def test_a_misspelt_key_is_named_and_not_the_one_that_is_missing_because_of_it(write_domain: WriteDomain) -> None:
    assert "unknown key 'titel'" in error_of(write_domain(SOUND.replace("title", "titel")))


def test_a_domain_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "domain.toml").mkdir()
    assert f"The domain file {tmp_path / 'domain.toml'} cannot be read: Is a directory." in error_of(tmp_path)


def test_the_texts_of_a_language_are_those_of_its_table_and_defaults(write_domain: WriteDomain) -> None:
    texts = load_domain(write_domain(f'{SOUND}[texts.de]\nrefusal = "Nicht gefunden."\n')).texts
    assert texts.own.refusal == "Not found."
    assert texts.in_language("de").refusal == "Nicht gefunden."
    assert texts.in_language("de").thanks == DEFAULT_TEXTS["de"].thanks


def test_the_gate_of_a_domain_has_margins_and_slos_by_the_names_of_metrics(write_domain: WriteDomain) -> None:
    lines = '[gate]\nerror_rate = 0.1\n[gate.margins]\n"recall@5" = 0.02\n[gate.slos]\n"answer p95, ms" = 4000\n'
    gate = load_domain(write_domain(SOUND + lines)).gate
    assert (gate.error_rate, gate.margins, gate.slos) == (0.1, {"recall@5": 0.02}, {"answer p95, ms": 4000})


def test_a_domain_without_a_gate_has_margins_all_the_same(write_domain: WriteDomain) -> None:
    gate = load_domain(write_domain(SOUND)).gate
    assert gate.error_rate == 0.05
    assert "citation recall" in gate.margins
    assert gate.slos == {}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("[gate]\nerror_rate = 0.5", "gate.error_rate is 0.5; it must be a number from 0.001 to 0.2."),
        ('[gate.margins]\n"recall@5" = 0', "gate.margins.recall@5 is 0; it must be a number from 0.0001 to 100000."),
        ('[gate.slos]\n"answer p95, ms" = "fast"', "gate.slos.answer p95, ms is 'fast'; it must be a number from 0"),
        ("[gate]\nmargin = 1", "unknown key 'margin' in [gate]. Known keys: error_rate, margins, slos."),
    ],
)
def test_a_wrong_gate_is_named(write_domain: WriteDomain, lines: str, expected: str) -> None:
    assert expected in error_of(write_domain(SOUND + lines))
