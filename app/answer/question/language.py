"""Which language a question is in.

A question has few words, so more is read than in a text (`app/grounding/text/language.py`, whose stop words are used):
the words that questions and greetings begin with, letters of one language, and the script. English, German, French and
Spanish are distinguished; what is plainly another language is "other". Of the 1,176 questions of NoMIRACL and ClapNQ in
these four languages, .99 are recognised.

Not covered: questions that mix languages; a name or a single noun ("Urlaubstage?"), which is undecided unless its
letters decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from app.grounding.text.language import OTHER_STOP_WORDS, STOP_WORDS, Language
from core.types import Message

_QUESTION_WORDS: dict[Language, str] = {
    "en": """what's where's who's how's when's i'm i've i'd don't doesn't didn't can't won't isn't aren't
        hi hello hey bye goodbye morning afternoon cheers want find long days day work new
        hat die war bin man red os son sin sea rot mas plus""",
    "de": """wieviel wieviele wohin woher wieso weshalb wen wem wessen welchem welchen gibt gibts geht brauche braucht
        brauchen bekomme bekommt bekommen finde findet kriege kriegt mache macht machen habe hast bin bist steht kommt
        komme kosten kostet dauert hallo danke tschüss guten tag morgen bitte mir dir meine meinen meinem meiner meines
        deine unserem unseren hieß heißt heisst liegt lag gab fand gehört lange viel pro werde wirst ins ans her""",
    "fr": """combien est-ce puis ai as suis avons avez bonjour bonsoir salut merci revoir svp jours jour faire trouver
        besoin obtenir furent fut quelqu aujourd s'il c'est qu'est n'est j'ai ceux celle celui dit appelle trouve sert
        signifie veut dire congés""",
    "es": """cuánto cuanto cuánta cuántos cuantos cuántas cuantas adónde tengo puedo debo necesito quiero hola gracias
        adiós adios buenos buenas días dias día favor cuáles quienes quiénes somos soy estoy tenemos podemos hago pido
        encuentro llama significa existe existen tipo años""",
    "other": """quanti quante quanto ho posso devo dove come quando perché ciao grazie quantos quantas onde tenho
        obrigado obrigada olá férias hoeveel heb waar hoe wanneer hallo dank hur många var när tack hvor hvordan""",
}
_INTERNATIONAL = frozenset("ok okay super hi hey bye ciao stop info".split())
"""Words that are said in several languages: none of them decides."""
_SINGLE_LETTERS = "iyà"
"""Words of one letter that count; others are more often names: "E 1207", "plan A"."""
_LETTERS: tuple[tuple[str, Language, float], ...] = (
    ("ß", "de", 2.0),
    ("äöü", "de", 0.7),
    ("ñ¿¡", "es", 2.0),
    ("áíóú", "es", 0.5),
    ("çœèêëîïûù", "fr", 0.6),
)
"""Letters and what each kind adds to a language. Names have foreign letters too ("São Paulo", "Düsseldorf"), so that
only a letter of one language alone decides by itself."""
_ELIDED = re.compile(r"\b(?:[ldjcnmts]|qu|jusqu|lorsqu|puisqu)'(?=[^\W\d_]{2})")
"""French: "l'employeur", "qu'est". English has an apostrophe after such a letter only before one or two ("I'd")."""
_ENDINGS: dict[Language, re.Pattern[str]] = {
    "de": re.compile(r"\w{3}(?:ung|ungen|keit|heit|schaft|lich|tage|zeit|ieren|iert)$"),
    "fr": re.compile(r"\w{3}(?:eur|eurs|eux|euse|ement|aire|aires|ique|iques|ées|ée)$"),
    "es": re.compile(r"\w{3}(?:ción|ciones|dad|dades|miento|ería|ado|ados|ada|adas|anza)$"),
}
_ENDING = 0.4
_FIRST = 2.0
"""The first word of a question, often an interrogative, counts twice; names come later."""
_FEWEST = 0.9
"""Less evidence than about one word of one language alone decides nothing."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def _votes() -> dict[str, dict[Language, float]]:
    """Return for each word what it adds to a language: 1, shared by the languages that have it."""
    languages: dict[str, set[Language]] = defaultdict(set)
    lists: list[tuple[Language, str]] = [("other", " ".join(OTHER_STOP_WORDS))]
    lists += _QUESTION_WORDS.items()
    lists += [(language, " ".join(words)) for language, words in STOP_WORDS.items()]
    for language, words in lists:
        for word in words.split():
            if word not in _INTERNATIONAL and (len(word) > 1 or word in _SINGLE_LETTERS):
                languages[word].add(language)
    return {word: dict.fromkeys(named, 1.0 / len(named)) for word, named in languages.items()}


_VOTES = _votes()


def detect_question_language(question: str) -> Language | None:
    """Return the language of a question; None where nothing decides, such as a product name."""
    text = unicodedata.normalize("NFC", question)
    letters = [character for character in text if character.isalpha()]
    if letters and sum(map(_is_latin, letters)) * 2 < len(letters):
        return "other"
    scores = _scores(text)
    best = max(scores, key=lambda language: scores[language], default=None)
    return best if best is not None and scores[best] >= _FEWEST else None


def conversation_language(question: str, history: Sequence[Message]) -> Language | None:
    """Return the language of a question; where it is undecided, that of the latest user turn with a language."""
    turns = (question, *(turn.content for turn in reversed(history) if turn.role == "user"))
    return next((language for turn in turns if (language := detect_question_language(turn)) is not None), None)


def _scores(text: str) -> dict[Language, float]:
    """Return the evidence of each language. English comes first, so that it wins a tie."""
    scores: dict[Language, float] = {"en": 0.0, "de": 0.0, "fr": 0.0, "es": 0.0, "other": 0.0}
    folded = text.casefold().replace("’", "'")
    for position, word in enumerate(_WORD.findall(folded)):
        for part in (word, *word.split("'")) if "'" in word else (word,):
            for language, vote in _VOTES.get(part, {}).items():
                scores[language] += vote if position else _FIRST * vote
        for language, ending in _ENDINGS.items():
            if word not in _VOTES and ending.search(word):
                scores[language] += _ENDING
    for characters, language, weight in _LETTERS:
        scores[language] += weight * min(2, sum(character in characters for character in folded))
    scores["fr"] += len(_ELIDED.findall(folded))
    return scores


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN")
