"""The verdict on whole answers."""

from __future__ import annotations

from typing import Any

import pytest

from app.grounding import ContextIndex, Flag, Report, Unjudged, check

LEAVE = "Employees get 25 days of paid leave. Requests go to the line manager, Ines Falk, in the Tidepool app."
FEES = "The badge costs €12. A parking permit is 30 euros per month. The kitchen opens at 07:30."


SHELVES = "The library lends books, films and maps to all readers of the town for three weeks at a time."


def flagged(answer: str, *contexts: str, question: str | None = None) -> dict[str, str]:
    return {flag.text: flag.reason for flag in check(answer, contexts, question).flags}


def unjudged(answer: str, *contexts: str, question: str | None = None) -> dict[str, str]:
    return {answer[s.start : s.end]: s.reason for s in check(answer, contexts, question).unjudged}


@pytest.mark.parametrize(
    ("context", "answer", "number"),
    [
        ("The fee for the room in the old hall is 250 euros.", "The fee for the room in the old hall is 25.", "25"),
        ("The fee for the room in the old hall is 2.75 euros.", "The fee for the room in the old hall is 2.", "2"),
        ("The fee for the old hall is 25 million euros.", "The fee for the old hall is 25.", "25"),
        ("A fee of 2,050 euros is due in the old hall.", "50 euros is due in the old hall.", "50 euros"),
    ],
)
def test_a_copy_that_ends_or_begins_inside_a_number_is_no_copy(context: str, answer: str, number: str) -> None:
    assert [flag.text for flag in check(answer, [context]).flags if flag.severity == "hard"] == [number]


def test_an_answer_in_the_words_of_a_context_is_supported() -> None:
    report = check("Employees get 25 days of paid leave.", [LEAVE])
    assert report.supported
    assert report.flags == ()
    assert report.score == 1.0


def test_a_content_word_that_no_context_has_is_a_soft_flag() -> None:
    (flag,) = check("Employees get unlimited leave.", [LEAVE]).flags
    assert (flag.text, flag.reason, flag.severity) == ("unlimited", "term_absent", "soft")


def test_one_paraphrased_word_in_a_long_sentence_is_silent() -> None:
    report = check(SHELVES.replace("maps", "charts"), [SHELVES])
    assert report.supported
    assert report.flags == ()


def test_absent_words_are_flagged_where_they_are_two_fifths_of_the_claims() -> None:
    """Six claims, of which two or three are absent."""
    assert flagged("The library lends books, charts and globes to readers.", SHELVES) == {}
    flags = flagged("The library lends tapes, charts and globes to readers.", SHELVES)
    assert {"tapes": "term_absent", "charts": "term_absent", "globes": "term_absent"}.items() <= flags.items()


def test_absent_words_are_flagged_where_there_are_four_claims_at_most() -> None:
    assert flagged("The library lends books and charts.", SHELVES) == {"charts": "term_absent"}


def test_a_sentence_without_support_is_flagged_as_a_whole_before_what_it_lacks() -> None:
    answer = "Books are lent. The museum displays charts, globes, tapes and coins to sailors."
    report = check(answer, [SHELVES])
    whole, *parts = report.flags
    assert (whole.reason, whole.severity) == ("sentence_unsupported", "soft")
    assert whole.text == "The museum displays charts, globes, tapes and coins to sailors."
    assert parts
    assert all(whole.start <= part.start < part.end <= whole.end for part in parts)
    assert [sentence.supported for sentence in report.sentences] == [True, False]
    assert not report.supported


def test_a_sentence_of_four_claims_is_never_flagged_as_a_whole() -> None:
    report = check("The museum displays charts and globes.", [SHELVES])
    assert {flag.reason for flag in report.flags} == {"term_absent"}
    assert report.supported


def test_a_sentence_without_an_absent_claim_is_not_flagged_as_a_whole_over_prose() -> None:
    shuffled = "For time and maps, all town readers at three films lends a books of weeks the to library."
    report = check(shuffled, [SHELVES])
    assert report.score < 1.0
    assert "sentence_unsupported" not in {flag.reason for flag in report.flags}


def test_a_number_that_no_context_has_is_a_hard_flag() -> None:
    (flag,) = check("With 28 days, paid leave is generous to all employees.", [LEAVE]).flags
    assert (flag.text, flag.reason, flag.severity) == ("28", "number_absent", "hard")


def test_a_number_in_the_place_of_another_is_a_contradiction() -> None:
    (flag,) = check("Employees get 28 days of paid leave.", [LEAVE]).flags
    assert (flag.text, flag.reason, flag.severity) == ("28", "number_mismatch", "hard")
    assert flag.confidence >= 0.9
    assert flag.evidence is not None
    assert (flag.evidence.context, flag.evidence.text) == (0, "25")


def test_an_absent_unit_behind_a_number_is_a_contradiction() -> None:
    (flag,) = check("It took 25 fortnights.", [LEAVE, "It took long."]).flags
    assert (flag.text, flag.reason, flag.severity) == ("fortnights", "unit_mismatch", "hard")


@pytest.mark.parametrize(
    ("number", "severity"), [("three", "soft"), ("twelve", "soft"), ("thirteen", "hard"), ("3", "hard")]
)
def test_a_count_in_words_up_to_twelve_is_a_soft_flag(number: str, severity: str) -> None:
    context = "The shop sells tea, and sells bread."
    (flag,) = check(f"The shop sells {number}.", [context]).flags
    assert (flag.text, flag.reason, flag.severity) == (number, "number_absent", severity)


def test_an_absent_name_in_a_sentence_that_is_supported_otherwise_is_a_soft_flag() -> None:
    (flag,) = check("All requests for leave go to the line manager in Mohr.", [LEAVE]).flags
    assert (flag.text, flag.reason, flag.severity) == ("Mohr", "entity_absent", "soft")
    assert flag.confidence < 0.7


def test_an_absent_name_in_a_doubtful_sentence_is_a_hard_flag() -> None:
    flags = [f for f in check("Requests of sailors go to Rolf Mohr.", [LEAVE]).flags if f.reason == "entity_absent"]
    assert [(flag.text, flag.severity) for flag in flags] == [("Rolf", "hard"), ("Mohr", "hard")]
    assert all(flag.confidence >= 0.7 for flag in flags)


def test_a_date_that_no_context_has_is_a_hard_flag() -> None:
    (flag,) = check("On 6 March 2025 the office moves.", ["The office moves on a Monday."]).flags
    assert (flag.text, flag.reason, flag.severity) == ("6 March 2025", "date_absent", "hard")


def test_a_date_in_the_place_of_another_is_a_contradiction() -> None:
    (flag,) = check("The office moves on 6 March 2025.", ["The office moves on 2025-03-05."]).flags
    assert (flag.text, flag.reason, flag.severity) == ("6 March 2025", "date_mismatch", "hard")
    assert flag.evidence is not None
    assert flag.evidence.text == "2025-03-05"


def test_an_absent_number_over_a_table_is_soft_where_its_sentence_is_likely() -> None:
    table = "| Room | Chairs | Floor |\n|---|---|---|\n| Dune | 40 | 2 |\n| Reef | 25 | 3 |"
    (flag,) = [f for f in check("Room Dune: chairs 65.", [table]).flags if f.text == "65"]
    assert (flag.reason, flag.severity) == ("number_absent", "soft")


def test_the_claims_of_an_answer_may_come_from_several_contexts() -> None:
    assert check("The badge costs 12 euros and leave is 25 days.", [LEAVE, FEES]).supported


def test_an_absent_number_shows_the_number_of_the_nearest_sentence() -> None:
    contexts = ["The canteen has 40 seats.", FEES]
    (flag,) = check("A parking permit is 45 euros per month.", contexts).flags
    assert flag.evidence is not None
    assert (flag.evidence.context, flag.evidence.text) == (1, "30 euros")
    assert contexts[1][flag.evidence.start : flag.evidence.end] == "30 euros"


def test_an_absent_time_shows_the_time_and_not_another_number() -> None:
    (flag,) = check("The kitchen opens at 9 am.", [FEES]).flags
    assert flag.evidence is not None
    assert flag.evidence.text == "07:30"


def test_an_absent_number_without_a_related_sentence_has_no_evidence() -> None:
    (flag,) = [f for f in check("Helicopters land 17 times.", [LEAVE]).flags if f.reason == "number_absent"]
    assert flag.evidence is None


def test_evidence_comes_from_the_passage_with_the_rare_words() -> None:
    table = "\n".join(f"Room R{number} has {number} chairs in the hall." for number in range(2, 90))
    (flag,) = check("The observatory has 700 chairs.", [table, "The observatory has 160 chairs."]).flags
    assert flag.evidence is not None
    assert (flag.evidence.context, flag.evidence.text) == (1, "160")


def test_a_word_that_only_the_question_has_is_unjudged() -> None:
    answer = "Interns get 25 days."
    assert flagged(answer, LEAVE, question="How much leave do interns get?") == {}
    assert unjudged(answer, LEAVE, question="How much leave do interns get?") == {"Interns": "from_question"}


@pytest.mark.parametrize("span", ["Wien", "31 August 2030", "77"])
def test_a_name_date_or_number_that_only_the_question_has_is_unjudged(span: str) -> None:
    answer = f"Leave in {span} is paid."
    assert unjudged(answer, LEAVE, question=f"What about {span}?") == {span: "from_question"}


def test_a_word_that_the_question_and_a_context_have_is_judged() -> None:
    report = check("Employees get 25 days.", [LEAVE], "How many days do employees get?")
    assert report.unjudged == ()
    assert report.sentences[0].score == 1.0


@pytest.mark.parametrize("question", ["Do employees get 30 days of paid leave?", "Why 30 days of leave?"])
def test_the_question_never_excuses_a_contradiction(question: str) -> None:
    (flag,) = check("Employees get 30 days of paid leave.", [LEAVE], question).flags
    assert (flag.text, flag.reason, flag.severity) == ("30", "number_mismatch", "hard")


def test_the_words_of_the_question_do_not_count_in_the_score() -> None:
    answer, contexts = "Interns get badges.", ["The badges are green, and everybody gets one."]
    assert check(answer, contexts, "What do interns get?").score > check(answer, contexts).score


def test_each_sentence_has_its_own_score_and_the_only_doubt_is_that_of_the_report() -> None:
    report = check("The badge costs €12. The badge costs 9000 rubies.", [FEES])
    good, bad = report.sentences
    assert (good.score, good.supported) == (1.0, True)
    assert 0.0 <= bad.score < 1.0
    assert not bad.supported
    assert report.score == pytest.approx(bad.score)
    assert not report.supported


@pytest.mark.parametrize("answer", ["Hello!", "Which badge do you mean?", "The documents do not mention lockers."])
def test_what_claims_nothing_has_a_score_of_one_half(answer: str) -> None:
    report = check(answer, [FEES])
    assert report.supported
    assert (report.score, [sentence.score for sentence in report.sentences]) == (0.5, [1.0])


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_copied_sentence_has_a_score_of_one(language: str) -> None:
    context = {"en": FEES, "de": "Der Ausweis kostet 12 Euro. Die Küche ist ab 7 Uhr offen und nicht verschlossen."}
    assert [sentence.score for sentence in check(context[language], [context[language]]).sentences].count(1.0) > 1


@pytest.mark.parametrize(
    ("answer", "contexts"),
    [
        ("The fee is 30 euros.", ["The fee is 25 euros.", "The fee is 30 euros."]),
        ("11 22 33 44 55", ["11 22 33 44 55"]),
        ("alpha beta gamma delta epsilon", ["\n".join(["alpha beta gamma delta epsilon"] * 70)]),
    ],
    ids=["behind another of the same words", "numbers alone", "words that all sentences have"],
)
def test_a_copied_sentence_has_a_score_of_one_wherever_it_stands(answer: str, contexts: list[str]) -> None:
    assert check(answer, contexts).score == 1.0


@pytest.mark.parametrize(
    "answer",
    [
        "I could not find the cost of the locker in the provided documents.",
        "The documents do not mention a locker.",
        "I don't know; the context does not say whether lockers exist.",
        "There is no information about lockers.",
        "Sorry, I cannot answer that.",
        "It is not stated who owns the lockers.",
        "Ich konnte dazu keine Informationen finden.",
        "Je ne trouve pas cette information.",
        "No encontré información sobre taquillas.",
    ],
)
def test_a_refusal_is_supported(answer: str) -> None:
    report = check(answer, [FEES])
    assert report.supported
    assert "abstention" in {span.reason for span in report.unjudged}


def test_a_claim_beside_a_refusal_is_judged() -> None:
    answer = "The documents do not mention lockers, but sofas cost 800 euros."
    assert flagged(answer, FEES) == {"sofas": "term_absent", "800 euros": "number_absent"}


def test_a_question_to_the_reader_is_unjudged() -> None:
    answer = "Which warehouse do you mean?"
    assert flagged(answer, FEES) == {}
    assert unjudged(answer, FEES) == {answer: "question"}


@pytest.mark.parametrize(
    "answer",
    [
        "According to the provided documents, the badge costs €12.",
        "Based on the context, the badge costs €12.",
        "The sources say that the badge costs €12.",
        "In summary, the badge costs €12.",
        "Sure! The badge costs €12. I hope this helps!",
        "Here is what I found:\n\nThe badge costs €12.",
        "Answer: The badge costs €12.",
        "**Summary:** The badge costs €12.",
        "The badge costs €12. Let me know if you need anything else.",
    ],
)
def test_scaffolding_is_not_flagged(answer: str) -> None:
    assert flagged(answer, FEES) == {}


@pytest.mark.parametrize(
    "answer",
    [
        "1. The badge costs €12.\n2. A parking permit is 30 euros.",
        "- **The badge** costs €12\n- A parking permit is `30` euros",
        "| Badge | Parking permit |\n|---|---|\n| €12 | 30 euros |",
        "# Badge\n\n> The badge costs **€12**.",
        "Step 1: The badge costs €12.",
        "a) The badge costs €12\nb) The kitchen opens at 07:30",
        "(i) The badge costs €12\n(ii) The kitchen opens at 07:30",
        "```\nThe badge costs €12\n```",
        "The <b>badge</b> costs &nbsp;€12.<br/>",
    ],
)
def test_markup_is_not_flagged(answer: str) -> None:
    assert flagged(answer, FEES) == {}


def test_code_in_a_fence_is_compared() -> None:
    assert flagged("Run:\n```\nmake purge\n```", "Run make clean before the build.") == {"purge": "term_absent"}


def test_offsets_count_code_points_of_the_answer_as_sent() -> None:
    answer = "🎉 The co\u00adst is ｅighty\u200b euros\u0301."
    (flag,) = [f for f in check(answer, ["The cost is 90 euros."]).flags if f.reason == "number_absent"]
    assert answer[flag.start : flag.end] == flag.text
    assert flag.text.startswith("ｅighty")


@pytest.mark.parametrize(
    ("context", "answer", "word"),
    [
        ("Die Mitarbeiter haben 30 Urlaubstage und können sie bis März nehmen.", "Der Mitarbeiter hat 30 {}.", "Kekse"),
        ("Les employés ont 30 jours de congé et doivent prévenir le bureau.", "L'employé a 30 jours de {}.", "vacarme"),
        ("Los empleados tienen 30 días de permiso y deben avisar a la oficina.", "El empleado tiene 30 {}.", "gatos"),
    ],
)
def test_german_french_and_spanish_are_judged(context: str, answer: str, word: str) -> None:
    assert flagged(answer.format(word), context) == {word: "term_absent"}


def test_german_nouns_are_not_taken_for_names() -> None:
    (flag,) = check("Das ist die Regel für den Hund und die Katze.", ["Das ist die Regel für den Hund."]).flags
    assert (flag.text, flag.severity) == ("Katze", "soft")


def test_a_language_without_stop_words_here_is_unjudged_but_its_numbers_are_not() -> None:
    answer = "Il rimborso è di 45 euro per ogni giorno e non è cumulabile con gli altri della azienda."
    report = check(answer, ["L'indennità è di 40 euro e non è per gli altri."])
    assert [flag.text for flag in report.flags] == ["45"]
    assert {span.reason for span in report.unjudged} == {"unsupported_language"}


def test_japanese_is_compared_by_pairs_of_characters() -> None:
    context = "有給休暇は年に25日です。"
    assert flagged("有給休暇は25日です。", context) == {}
    assert flagged("出張手当は25日です。", context) == {"出張手当": "term_absent"}
    assert flagged("有給休暇は28日です。", context) == {"28": "number_absent"}


def test_korean_endings_do_not_matter() -> None:
    assert flagged("유급휴가를 신청", "유급휴가는 팀장에게 신청합니다.") == {}
    assert flagged("출장비를 신청", "유급휴가는 팀장에게 신청합니다.") == {"출장비를": "term_absent"}


@pytest.mark.parametrize("answer", ["Отпуск длится долго", "วันลาพักร้อน", "Η άδεια διαρκεί"])
def test_scripts_that_cannot_be_judged_are_unjudged(answer: str) -> None:
    report = check(answer, ["Leave is 25 days."])
    assert report.supported
    assert {span.reason for span in report.unjudged} == {"unsupported_script"}


def test_an_empty_answer_is_supported() -> None:
    assert check("", ["Leave is 25 days."]) == Report(True, 1.0, (), (), ())


@pytest.mark.parametrize("contexts", [[], [""], ["", "\n"]])
def test_without_contexts_every_claim_is_absent(contexts: list[str]) -> None:
    assert flagged("Leave is 25 green days.", *contexts) == {
        "Leave": "term_absent",
        "25": "number_absent",
        "green": "term_absent",
        "days": "term_absent",
    }


@pytest.mark.parametrize("answer", ["①②③ ½", "99999999999 March 2024", "March 99999999999"])
def test_numbers_that_are_no_digits_and_days_beyond_any_month_are_judged(answer: str) -> None:
    assert "number_absent" in {flag.reason for flag in check(answer, ["The garden opens in May."]).flags}


def test_lone_surrogates_and_control_characters_are_text_like_any_other() -> None:
    answer = "Leave\ud800 is \x00 25\x07 days \udfff."
    assert check(answer, ["Leave is 25 days."]).supported


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, ["a"]), "answer must be a string, got NoneType"),
        ((b"a", ["a"]), "answer must be a string, got bytes"),
        (("a", "a"), "contexts must be a sequence of strings, got str"),
        (("a", None), "contexts must be a sequence of strings, got NoneType"),
        (("a", {"a"}), "contexts must be a sequence of strings, got set"),
        (("a", ["a", 3]), r"contexts\[1\] must be a string, got int"),
        (("a", ["a"], 3), "question must be a string or None, got int"),
    ],
)
def test_a_wrong_type_is_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check(*arguments)


def test_an_index_serves_many_answers() -> None:
    index = ContextIndex.build([LEAVE, FEES])
    assert check("The badge costs €12.", index).supported
    assert not check("The badge costs €13.", index).supported
    assert check("The badge costs €12.", index) == check("The badge costs €12.", [LEAVE, FEES])


def test_every_flag_has_its_confidence() -> None:
    flags = check("Requests go to Rolf Mohr for 9 unlimited days on 3 May 2031.", [LEAVE]).flags
    absences = {"entity_absent", "number_absent", "term_absent", "date_absent"}
    assert {flag.reason for flag in flags} == {"sentence_unsupported", *absences}
    assert all(0.0 < flag.confidence < 1.0 for flag in flags)


def test_the_values_can_be_compared_and_hashed() -> None:
    first = check("The badge costs €13.", [FEES])
    assert first == check("The badge costs €13.", [FEES])
    assert len({first, check("The badge costs €13.", [FEES])}) == 1
    assert isinstance(first.flags[0], Flag)
    assert Unjudged(0, 1, "question") == Unjudged(0, 1, "question")


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("Use the VPN. [1] [2] Carpets fly.", ["Use the VPN. [1] [2]", "Carpets fly."]),
        ("Use the VPN [1]. Carpets fly. [2]", ["Use the VPN [1].", "Carpets fly. [2]"]),
        ("[1] Use the VPN.\n[2] Carpets fly.", ["[1] Use the VPN.", "[2] Carpets fly."]),
    ],
)
def test_a_marker_behind_a_stop_belongs_to_its_sentence(answer: str, sentences: list[str]) -> None:
    report = check(answer, ["Use the VPN when you travel."])
    assert [answer[each.start : each.end] for each in report.sentences] == sentences


def hard(answer: str, *contexts: str, question: str | None = None) -> list[str]:
    return [flag.text for flag in check(answer, contexts, question).flags if flag.severity == "hard"]


@pytest.mark.parametrize(
    "answer",
    [
        "Salt thaws the ice [Passage 2, point 1].",
        "Salt thaws the ice (Passage 2, point 1).",
        "Both contexts 1 and 2 say that salt thaws the ice.",
        "According to 1, salt thaws the ice.",
        "1. Spread the salt.\n2. Sweep the ice.\n3. If it thaws, repeat step 2.",
        "Proceed: 1. Salt the ice. 2. Sweep the ice. 3. Sweep again.",
        "**Less Sweeping Hassle:** Salt thaws the ice.",
        "## Winter Duties\nSalt thaws the ice.",
        "- Road Care: salt thaws the ice.",
        "The Road Salt Depot (RSD) has salt. Ask the RSD.",
        'You asked "Is salt good for Quillon Road?": salt thaws the ice.',
    ],
)
def test_marks_labels_and_forms_of_a_name_are_no_hard_flags(answer: str) -> None:
    context = "Salt thaws the ice. Spread the salt and sweep the ice again. The Road Salt Depot has it. Ask the RSB."
    assert hard(answer, context, question="Is salt good for Quillon Road?") == []


def test_an_absent_name_beside_what_is_supported_is_soft_and_in_a_sentence_without_support_hard() -> None:
    context = "The prize for the best garden of the town went to the family Falk, who grow roses and beans."
    assert hard("The prize for the best garden of the town went to Jonas Falk, who grows roses.", context) == []
    assert hard("Jonas Quill keeps bees.", context) == ["Jonas", "Quill"]


@pytest.mark.parametrize(
    ("context", "answer", "number", "source"),
    [
        ("Interns get 27 days off. Wages are paid on the 25th.", "You have 25 days off.", "25", "27"),
        ("A pass phrase has 14 characters. The shop opens at eight.", "It needs 8 characters.", "8", "14"),
        ("Run Quillon 2.10 on the server.", "Run Quillon 2.1 on the server.", "2.1", "2.10"),
        ("The gate code is 0417.", "The gate code is 417.", "417", "0417"),
    ],
)
def test_a_number_of_something_else_does_not_support_a_number(
    context: str, answer: str, number: str, source: str
) -> None:
    (flag,) = (flag for flag in check(answer, [context]).flags if flag.severity == "hard")
    assert (flag.text, flag.reason) == (number, "number_mismatch")
    assert flag.evidence is not None
    assert flag.evidence.text == source


@pytest.mark.parametrize(
    ("context", "answer"),
    [
        ("The fee is 2.50 euros.", "The fee is 2.5 euros."),
        ("It weighs 3.10 kg.", "The weight is 3.1 kg."),
        ("Interns get 27 days off, and staff get 25 days.", "Staff have 25 days off."),
        ("The shop opens on 5 days. It has 4 rooms on 2 floors.", "It has 4 rooms, and 5 days."),
    ],
)
def test_a_number_of_the_same_in_another_form_or_place_is_supported(context: str, answer: str) -> None:
    assert hard(answer, context) == []


@pytest.mark.parametrize(
    "answer",
    [
        "Yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, yes.",
        "It is the rule of the rule of the rule of the rule of the rule of the rule of the rule.",
        "Staff get 25 days of leave. " * 4,
    ],
)
def test_an_answer_in_a_loop_is_a_hard_flag_with_a_low_score(answer: str) -> None:
    report = check(answer, ["Staff get 25 days of leave. It is the rule."])
    assert {(flag.reason, flag.severity) for flag in report.flags} == {("sentence_unsupported", "hard")}
    assert not report.supported
    assert report.score < 0.2


def test_a_sentence_that_is_said_twice_or_repeats_a_word_is_no_loop() -> None:
    context = "Staff get 25 days of leave. The more staff, the more days, and the more days, the more leave."
    assert check("Staff get 25 days of leave. So: Staff get 25 days of leave.", [context]).flags == ()
    assert check("The more staff, the more days, and the more days, the more leave.", [context]).flags == ()


def test_a_long_sentence_of_which_the_contexts_have_hardly_anything_is_a_hard_flag() -> None:
    answer = "Sailors praise the harbour because its lighthouse shows wandering ships safe ways past dangerous rocks."
    (flag,) = (flag for flag in check(answer, ["The harbour is open."]).flags if flag.severity == "hard")
    assert (flag.text, flag.reason) == (answer, "sentence_unsupported")


@pytest.mark.parametrize("denial", ["_does not_ cover", "does _not_ cover", "_does_not_ cover", "__does not__ cover"])
def test_a_denial_in_emphasis_is_one(denial: str) -> None:
    source = f"The policy {denial} the cost of meals."
    assert check("The policy does not cover the cost of meals.", [source]).flags == ()
    assert flagged("The policy does cover the cost of meals.", source) == {"does cover": "negation"}


def test_a_value_in_emphasis_is_one() -> None:
    assert check("The card costs 5 EUR a year.", ["The card costs _5 EUR_ a year."]).flags == ()
    assert flagged("The card costs 6 EUR a year.", "The card costs _5 EUR_ a year.") == {"6 EUR": "number_mismatch"}
