"""What a near-copy of a source sentence says differently."""

from __future__ import annotations

import pytest

from app.grounding import check
from app.grounding.compare.align import align
from app.grounding.compare.contradictions import find_contradictions
from app.grounding.compare.items import Items, read_items
from app.grounding.text.tokens import tokenise
from app.grounding.values.quantities import read_values


def items_of(text: str) -> Items:
    tokens = tokenise(text, 0, len(text), "en")
    return read_items([token.lexeme for token in tokens], read_values(text, tokens, "en"))


def found(source: str, answer: str) -> set[str]:
    """Return the reasons for which an answer contradicts a source sentence."""
    ours, theirs = items_of(answer), items_of(source)
    return {one.reason for one in find_contradictions(ours, theirs, align(ours.keys, theirs.places())) or ()}


def flagged(source: str, answer: str) -> dict[str, str]:
    """Return what the check as a whole flags as a contradiction."""
    return {flag.text: flag.reason for flag in check(answer, [source]).flags if not flag.reason.endswith("_absent")}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Employees get 25 days of leave.", "Employees get 28 days of leave."),
        ("Pay 5 euros at the desk.", "Pay $5 at the desk."),
        ("The hall has 1,500,000 bricks inside.", "The hall has 1.6 million bricks inside."),
        ("The badge costs €12 a year.", "The badge costs €13 a year."),
        ("The kitchen opens at 07:30 on weekdays.", "The kitchen opens at 9 am on weekdays."),
        ("Half of the guests stay.", "A third of the guests stay."),
        ("The share of the town is 12%.", "The share of the town is 21%."),
        ("The room has seven windows to the yard.", "The room has nine windows to the yard."),
    ],
)
def test_another_number_in_the_same_place(source: str, answer: str) -> None:
    assert found(source, answer) == {"number_mismatch"}
    assert found(source, source) == set()
    assert found(answer, answer) == set()


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The hall has 1,500,000 bricks inside.", "The hall has 1.5 million bricks inside."),
        ("The kitchen opens at 14:00 on weekdays.", "The kitchen opens at 2 pm on weekdays."),
        ("The hall costs 40 euros and seats 90 guests.", "The hall seats 90 guests."),
        ("The train of 9 am is late.", "The train of platform four is late."),
        ("The vote was on 5 March 2024 in Ulm.", "The vote was for 25 members in Ulm."),
    ],
)
def test_the_same_number_or_one_of_another_kind(source: str, answer: str) -> None:
    assert found(source, answer) == set()


def test_two_numbers_that_have_changed_places() -> None:
    source = "The badge for all visitors of the town costs 12 euros and the permit 30 euros."
    answer = "The badge for all visitors of the town costs 30 euros and the permit 12 euros."
    assert flagged(source, answer) == {"30 euros": "number_mismatch", "12 euros": "number_mismatch"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The vote was on 5 March 2024 in the hall.", "The vote was on 5 April 2024 in the hall."),
        ("The office moves on 2025-03-05 to Ulm.", "The office moves on 6 March 2025 to Ulm."),
        ("The shop is closed on Monday all day.", "The shop is closed on Sunday all day."),
    ],
)
def test_another_date_in_the_same_place(source: str, answer: str) -> None:
    assert found(source, answer) == {"date_mismatch"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The trial lasts 14 days for new users.", "The trial lasts 14 weeks for new users."),
        ("The way to the lake is 3 km long.", "The way to the lake is 3 miles long."),
        ("The rent is paid monthly to the owner.", "The rent is paid weekly to the owner."),
    ],
)
def test_another_unit_in_the_same_place(source: str, answer: str) -> None:
    assert found(source, answer) == {"unit_mismatch"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The way to the lake is 3 km long.", "The way to the lake is 3 kilometres long."),
        ("The disk has 32 GB of space.", "The disk has 32 gigabytes of space."),
        ("The trial lasts 14 days for new users.", "The trial lasts 14 rounds for new users."),
    ],
)
def test_the_same_unit_in_another_form_or_no_unit(source: str, answer: str) -> None:
    assert found(source, answer) == set()


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The bus to Jena leaves from platform four.", "The bus to Kiel leaves from platform four."),
        ("The painting by Mira Holt hangs in the hall.", "The painting by Jana Velt hangs in the hall."),
        ("Call it with --dry-run on the server.", "Call it with --force-run on the server."),
        ("Send it to desk@tarn.example for a key.", "Send it to post@tarn.example for a key."),
    ],
)
def test_another_name_in_the_same_place(source: str, answer: str) -> None:
    assert found(source, answer) == {"entity_mismatch"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("On Mondays Dr. Falk signs the form.", "On Mondays Doctor Falk signs the form."),
        ("For all the World Health Club pays the fee.", "For all the WHC pays the fee."),
        ("The chair is Mira Anna Holt of Ulm.", "The chair is Mira Holt of Ulm."),
        ("The bus stops at Ulm, Jena, and Kiel every day.", "The bus stops at Jena, Kiel, and Ulm every day."),
        ("The bus stops at Ulm and at Jena every day.", "The bus stops at Jena every day."),
    ],
)
def test_a_name_that_may_be_the_same_or_is_in_the_same_list(source: str, answer: str) -> None:
    assert found(source, answer) == set()
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (
            "On the radio Mira Holt said that the bridge is safe.",
            "On the radio Jana Velt said that the bridge is safe.",
        ),
        ("The bridge is safe, Mira Holt said on the radio.", "The bridge is safe, Jana Velt said on the radio."),
        (
            "In the spring the mayor Mira Holt warned the people of the old town by the lake.",
            "In the spring the mayor Jana Velt warned the people of the old town by the lake.",
        ),
    ],
)
def test_the_words_of_one_are_not_those_of_another(source: str, answer: str) -> None:
    assert flagged(source, answer) == {"Jana Velt": "entity_mismatch"}


def test_what_another_sentence_says_of_both_is_no_swapped_name() -> None:
    source = "On the radio Mira Holt said that the bridge is safe. On the radio Jana Velt said that the bridge is safe."
    assert flagged(source, "On the radio Jana Velt said that the bridge is safe.") == {}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("A team has at least 5 members.", "A team has at most 5 members."),
        ("A team has a minimum of 5 members.", "A team has a maximum of 5 members."),
        ("The fee is more than 40 euros for guests.", "The fee is less than 40 euros for guests."),
    ],
)
def test_a_bound_on_the_other_side(source: str, answer: str) -> None:
    assert "antonym" in found(source, answer)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("A team has at most 5 members.", "A team has no more than 5 members."),
        ("A team has at least 5 members.", "A team has no fewer than 5 members."),
        ("A team has at least 5 members.", "A team has 5 or more members."),
        ("The fee must not exceed 40 euros.", "The fee is at most 40 euros."),
        ("The bag weighs up to 20 kg.", "The bag weighs at most 20 kg."),
        ("The bag weighs 20 kg.", "The bag weighs at least 20 kg."),
    ],
)
def test_a_bound_in_other_words(source: str, answer: str) -> None:
    assert found(source, answer) == set()
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The gate opens on Sunday for visitors.", "The gate does not open on Sunday for visitors."),
        ("The gate does not open on Sunday for visitors.", "The gate opens on Sunday for visitors."),
        ("You can cancel the booking online.", "You cannot cancel the booking online."),
        ("Guests pay for the bike.", "Guests never pay for the bike."),
        ("Guests don't pay for the bike.", "Guests pay for the bike."),
    ],
)
def test_a_negation_that_only_one_side_has(source: str, answer: str) -> None:
    assert found(source, answer) == {"negation"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Guests never pay for the bike.", "Guests do not pay for the bike."),
        ("Guests don't pay for the bike.", "Guests do not pay for the bike."),
        ("The card is valid on trains and trams.", "The card is not only valid on trains but also on trams."),
        ("The card is not only valid on trains but also on trams.", "The card is valid on trains and on trams."),
        ("Ask whether it is valid on trains.", "Ask whether or not it is valid on trains."),
    ],
)
def test_a_negation_in_other_words_or_that_denies_nothing(source: str, answer: str) -> None:
    assert found(source, answer) == set()


def test_a_negation_shows_the_words_that_it_denies_and_the_sentence_of_the_source() -> None:
    source = "The gate opens on Sunday for all visitors."
    (flag,) = check("The gate does not open on Sunday for all visitors.", [source]).flags
    assert (flag.text, flag.reason) == ("does not open", "negation")
    assert flag.evidence is not None
    assert flag.evidence.text == "The gate opens on Sunday for all visitors"


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The door is open to the public.", "The door is closed to the public."),
        ("Smoking is allowed in the hall.", "Smoking is forbidden in the hall."),
        ("The form is valid for all guests.", "The form is invalid for all guests."),
        ("The plan is legal for all guests.", "The plan is illegal for all guests."),
        ("The tower is larger than the mill.", "The tower is smaller than the mill."),
    ],
)
def test_an_opposite(source: str, answer: str) -> None:
    assert found(source, answer) == {"antonym"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Smoking is forbidden in the hall.", "Smoking is not allowed in the hall."),
        ("The shop sells hot and cold drinks at noon.", "The shop sells cold and hot drinks at noon."),
        ("The board rejected the old plan and approved the new plan.", "The board approved the new plan."),
        ("The door is open to the public.", "The door is green to the public."),
    ],
)
def test_an_opposite_that_is_denied_or_that_the_source_has_as_well(source: str, answer: str) -> None:
    assert found(source, answer) == set()


def test_every_contradiction_is_hard_and_shows_what_the_source_has() -> None:
    source = (
        "On the radio Mira Holt said at noon that the old gate of the town is closed from 7 am for all of the 25 "
        "guests of the mayor."
    )
    answer = (
        "On the radio Jana Velt said at noon that the old gate of the town is open from 9 am for all of the 28 "
        "guests of the mayor."
    )
    flags = check(answer, ["Nothing here.", source]).flags
    assert [(flag.text, flag.reason) for flag in flags] == [
        ("Jana Velt", "entity_mismatch"),
        ("open", "antonym"),
        ("9 am", "number_mismatch"),
        ("28", "number_mismatch"),
    ]
    for flag in flags:
        assert (flag.severity, flag.text) == ("hard", answer[flag.start : flag.end])
        assert flag.confidence >= 0.9
        assert flag.evidence is not None
        assert flag.evidence.context == 1
        assert source[flag.evidence.start : flag.evidence.end] == flag.evidence.text


def test_a_sentence_in_other_words_is_not_compared() -> None:
    source = "Colleagues who joined before 2019 keep their 31 days of holiday for as long as they stay."
    assert flagged(source, "Newcomers of 2021 are given 25 days.") == {}


@pytest.mark.parametrize(
    ("source", "answer", "reason"),
    [
        ("Die Leute haben 30 Tage und nicht mehr.", "Die Leute haben 28 Tage und nicht mehr.", "number_mismatch"),
        ("Die Tür ist nicht offen und der Hof ist zu.", "Die Tür ist offen und der Hof ist zu.", "negation"),
        ("Les gens ont 30 jours et le droit.", "Les gens ont 25 jours et le droit.", "number_mismatch"),
        (
            "Los empleados tienen 30 días de permiso y deben avisar a la oficina de Inés Falco.",
            "Los empleados tienen 30 días de permiso y deben avisar a la oficina de Rolf Mohr.",
            "entity_mismatch",
        ),
        ("年休は25日です。", "年休は30日です。", "number_mismatch"),
    ],
)
def test_numbers_names_and_negations_are_compared_in_other_languages(source: str, answer: str, reason: str) -> None:
    assert set(flagged(source, answer).values()) == {reason}
    assert flagged(answer, answer) == {}


@pytest.mark.parametrize(
    "answer",
    ["The old shop of the town is closed on Monday.", "No, the old shop of the town is closed on Monday in winter."],
)
def test_a_no_that_answers_a_question_denies_nothing_of_what_follows(answer: str) -> None:
    source = "May I shop there on Monday? No, the old shop of the town is closed on Monday."
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The lift is no longer open to guests.", "The lift is open to guests."),
        ("Under no circumstances may guests enter the lift.", "Guests may enter the lift."),
        ("At no time may trainees open the vault.", "Trainees may open the vault."),
        ("Neither trainees nor guests have a locker.", "Trainees have a locker."),
        ("Remember: never lend your key to a neighbour.", "You may lend your key to a neighbour."),
    ],
)
def test_a_denial_in_any_words_is_missed_where_the_answer_leaves_it_out(source: str, answer: str) -> None:
    assert found(source, answer) == {"negation"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Bikes are not allowed in the hall except folding bikes.", "Folding bikes are allowed in the hall."),
        ("You may not use the pool without a cap.", "You may use the pool with a cap."),
        ("Check that the code matches the form.", "The code does not match the form."),
        ("If you are not happy with the terms, do not sign.", "If you're unhappy with the terms, don't sign."),
        ("Though bats are not related to birds, they fly.", "Bats fly, though they are not related to birds."),
    ],
)
def test_a_denial_of_something_else_is_no_contradiction(source: str, answer: str) -> None:
    assert found(source, answer) == set()


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Only the treasurer may approve invoices.", "Everyone may approve invoices."),
        ("Only members may vote.", "Anyone may vote."),
        ("Everyone may vote in the hall.", "Only members may vote in the hall."),
    ],
)
def test_only_some_are_not_all(source: str, answer: str) -> None:
    assert found(source, answer) == {"antonym"}


def test_all_of_those_who_alone_may_do_it_may_do_it() -> None:
    assert found("Only members may vote in the hall.", "All members may vote in the hall.") == set()


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (
            "Unsubscribe from letters so that you avoid opening bad links.",
            "Fewer letters mean opening fewer bad links.",
        ),
        ("The first settlers of the valley came in 1949 by boat.", "The valley became a town in 1955."),
        ("The types of tickets are day, week and month.", "The types of rooms are Small and Large."),
        ("Membership lets guests start at noon and end late.", "To start a membership, guests pay at the end."),
    ],
)
def test_a_sentence_that_only_shares_words_is_not_compared(source: str, answer: str) -> None:
    assert found(source, answer) == set()
