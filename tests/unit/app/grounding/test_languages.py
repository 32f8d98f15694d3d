"""Values and denials in German, French and Spanish."""

from __future__ import annotations

import pytest

from app.grounding import check

SAME = [
    ("Die Frist beträgt einundzwanzig Tage und ist nicht verlängerbar.", "21 Tage"),
    ("Die Halle hat zweihundertfünfzigtausend Sitze und ist nicht weit.", "250.000 Sitze"),
    ("Die Halle hat eintausenddreihundert Sitze und ist nicht weit.", "1300 Sitze"),
    ("Der Bau kostet 2,5 Millionen Euro und ist bald fertig.", "2.500.000 €"),
    ("Die Summe ist 1.234,56 Euro und wird im Mai bezahlt.", "1234,56 EUR"),
    ("Der Anteil ist ein Drittel und wird nicht erhöht.", "1/3"),
    ("Das dauert zweieinhalb Stunden und ist nicht teuer.", "2,5 Stunden"),
    ("Das dauert eine halbe Stunde und ist nicht teuer.", "es dauert 30 Minuten"),
    ("Der Satz ist zwölf Prozent und wird nicht erhöht.", "12 %"),
    ("Am 31. März 2025 endet die Frist und das Büro ist zu.", "31.03.2025"),
    ("Am fünfundzwanzigsten März 2025 ist das Büro zu.", "25. März 2025"),
    ("Wir treffen uns um 14 Uhr 30 in der Halle.", "14:30"),
    ("Wir treffen uns um halb drei in der Halle.", "2:30 Uhr"),
    ("Das Büro ist Mo–Fr geöffnet und am Abend zu.", "am Mittwoch"),
    ("Le séjour est de quatre-vingt-dix-sept jours et il est payé.", "97 jours"),
    ("Le stade a soixante et onze portes et il est grand.", "71 portes"),
    ("La ville a deux cent cinquante mille habitants et elle est belle.", "250 000 habitants"),
    ("La somme est de 1 234,56 euros et elle est payée.", "1234,56 €"),
    ("C'est la vingt-cinquième fois que la fête est dans la ville.", "25e fois"),
    ("Le taux est de douze pour cent et il est fixe.", "12 %"),
    ("La part est de trois quarts et elle est fixe.", "75 %"),
    ("La fête est le 1er mars 2025 et elle est gratuite.", "01/03/2025"),
    ("La réunion est à 14h30 dans la salle.", "14:30"),
    ("La réunion est à 14 h 30 dans la salle.", "14:30"),
    ("La réunion est à midi dans la salle.", "12:00"),
    ("El curso dura veinticinco días y es gratuito.", "25 días"),
    ("El precio es de doscientos cincuenta y tres euros para los socios.", "253 €"),
    ("La ciudad tiene treinta y cinco mil habitantes y es bonita.", "35.000 habitantes"),
    ("La obra cuesta medio millón de euros y no es nueva.", "500.000 euros"),
    ("La tasa es del doce por ciento y no cambia.", "12 %"),
    ("La reunión es el 31 de marzo de 2025 en la sala.", "31/03/2025"),
    ("Es la tercera vez que la fiesta es en la sala.", "3.ª vez"),
]
DIFFERENT = [
    ("Die Frist beträgt einundzwanzig Tage und ist nicht verlängerbar.", "12 Tage"),
    ("Der Bau kostet 2,5 Millionen Euro und ist bald fertig.", "25.000.000 €"),
    ("Die Summe ist 1.234,56 Euro und wird im Mai bezahlt.", "1.243,56 Euro"),
    ("Am 31. März 2025 endet die Frist und das Büro ist zu.", "30.03.2025"),
    ("Wir treffen uns um 14 Uhr 30 in der Halle.", "15:30"),
    ("Le séjour est de quatre-vingt-dix-sept jours et il est payé.", "77 jours"),
    ("La fête est le 1er mars 2025 et elle est gratuite.", "03/01/2025"),
    ("El precio es de doscientos cincuenta y tres euros para los socios.", "235 €"),
    ("La reunión es el 31 de marzo de 2025 en la sala.", "31/05/2025"),
]
OPENINGS = {
    "d": "Das ist der Wert, der für die Gäste gilt: ",
    "l": "Voici ce qui est dans le texte: ",
    "e": "Esto es lo que hay en el texto: ",
}


def answer_with(context: str, value: str) -> str:
    """Return an answer in the language of the context that gives a value."""
    language = "d" if context.startswith(("Die ", "Der ", "Das ", "Am ", "Wir ")) else "l"
    if context.startswith(("El ", "La ciudad", "La obra", "La tasa", "La reunión es el", "Es ")):
        language = "e"
    return f"{OPENINGS[language]}{value}."


def values_flagged(context: str, value: str) -> list[str]:
    flags = check(answer_with(context, value), [context]).flags
    return [flag.reason for flag in flags if flag.reason not in ("term_absent", "sentence_unsupported")]


@pytest.mark.parametrize(("context", "value"), SAME)
def test_a_value_in_another_form_of_the_language_is_stated(context: str, value: str) -> None:
    assert values_flagged(context, value) == []


@pytest.mark.parametrize(("context", "value"), DIFFERENT)
def test_another_value_is_flagged(context: str, value: str) -> None:
    assert values_flagged(context, value) != []


@pytest.mark.parametrize(
    ("context", "answer"),
    [
        ("Besucher dürfen in der Werkstatt nicht rauchen.", "Besucher dürfen in der Werkstatt rauchen."),
        ("Für Gäste gibt es keine Parkplätze am Tor.", "Für Gäste gibt es Parkplätze am Tor."),
        ("Bargeld wird am Schalter nicht mehr angenommen.", "Bargeld wird am Schalter angenommen."),
        ("Les visiteurs ne peuvent pas fumer dans l'atelier.", "Les visiteurs peuvent fumer dans l'atelier."),
        ("Le guichet n'accepte plus les espèces le soir.", "Le guichet accepte les espèces le soir."),
        ("Los visitantes no pueden fumar en el taller.", "Los visitantes pueden fumar en el taller."),
        ("Los socios nunca pagan la entrada del museo.", "Los socios pagan la entrada del museo."),
    ],
)
def test_a_denial_left_out_is_flagged(context: str, answer: str) -> None:
    assert "negation" in {flag.reason for flag in check(answer, [context]).flags}
    assert check(context, [context]).flags == ()


@pytest.mark.parametrize(
    ("context", "answer"),
    [
        ("Die Reise dauert drei Tage und ist schön.", "Die Reise dauert drei Wochen und ist schön."),
        ("Le voyage dure trois jours et il est beau.", "Le voyage dure trois semaines et il est beau."),
        ("El viaje dura tres días y es bonito.", "El viaje dura tres semanas y es bonito."),
    ],
)
def test_another_unit_is_flagged(context: str, answer: str) -> None:
    assert "unit_mismatch" in {flag.reason for flag in check(answer, [context]).flags}


@pytest.mark.parametrize(
    ("answer", "context"),
    [
        (
            "Vous avez droit à 30 jours de congé par an, et ils ne sont pas payés.",
            "Full-time staff get 25 days of leave.",
        ),
        ("Sie haben 30 Tage Urlaub im Jahr, und der Rest verfällt.", "The staff of the house get 25 days of leave."),
        ("You get 30 days of leave in a year.", "Die Beschäftigten haben 25 Tage Urlaub und der Rest verfällt."),
        ("Il costo è di dieci euro per ogni giorno e non è alto.", "The fee is ten euros for each of the days."),
        ("Отпуск составляет тридцать дней.", "The staff of the house get 25 days of leave."),
        ("休暇は年25日です。", "The staff of the house get 25 days of leave."),
    ],
)
def test_an_answer_in_another_language_than_all_contexts_is_not_judged(answer: str, context: str) -> None:
    report = check(answer, [context])
    assert report.flags == ()
    assert [(span.start, span.end, span.reason) for span in report.unjudged] == [(0, len(answer), "other_language")]
    assert report.supported
    assert report.score == 0.5


def test_a_short_answer_is_in_the_language_of_its_question() -> None:
    context = "The staff of the house get 25 days of leave."
    report = check("Ja, 25 Tage Urlaub.", [context], "Wie viele Tage Urlaub habe ich im Jahr?")
    assert {span.reason for span in report.unjudged} == {"other_language"}
    assert check("25 days.", [context], "Wie viele Tage Urlaub habe ich im Jahr?").unjudged == ()


def test_one_context_in_the_language_of_the_answer_or_in_none_is_enough_to_judge_it() -> None:
    answer = "Sie haben 30 Tage Urlaub im Jahr, und der Rest verfällt."
    english = "The staff of the house get 25 days of leave."
    german = "Die Beschäftigten haben 25 Tage Urlaub im Jahr und der Rest verfällt."
    for other in (german, "Urlaub | 25"):
        assert check(answer, [english, other]).flags != ()
