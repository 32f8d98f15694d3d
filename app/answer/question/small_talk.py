"""Recognise a turn that asks nothing: a greeting, thanks, a farewell, or "ok".

A turn is small talk when it consists of nothing but phrases of the lists below and words that accompany them, so that
"ok, and for contractors?" and "thanks, what about Friday?" are questions. English, German, French and Spanish.

Not covered: small talk in other words ("how was your weekend?"), which is searched for and usually refused; "yes" and
"no", which answer a question.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

SmallTalk: TypeAlias = Literal["greeting", "thanks", "farewell", "acknowledgement"]

_LONGEST = 80
"""Characters; a longer turn says more."""
_PHRASES: dict[SmallTalk, str] = {
    "farewell": """bye|bye bye|goodbye|good bye|see you|see you (?:soon|later|tomorrow)|cya|have a (?:nice|good|great)
        (?:day|evening|weekend|one)|good ?night|take care|that(?:'s| is) (?:all|it)|tschüss|tschüß|tschau|ciao|auf
        wiedersehen|bis (?:bald|dann|später|morgen)|schönen (?:tag|abend|feierabend)(?: noch)?|schönes wochenende|gute
        nacht|das war(?:'s| es| alles)|au revoir|à bientôt|à plus(?: tard)?|à demain|bonne (?:journée|soirée|nuit|fin de
        journée)|c'est tout|adi[oó]s|hasta (?:luego|pronto|mañana|la vista)|chao|chau|buen día|eso es todo""",
    "thanks": """thanks?|thank you|thankyou|thank u|thx|ty|tysm|cheers|much appreciated|many thanks|thanks (?:a lot|a
        bunch|again|so much|very much)|thank you (?:so|very) much|i appreciate (?:it|that)|that (?:helps|helped)|danke|
        danke (?:schön|dir|ihnen|sehr|vielmals)|dankeschön|vielen dank|besten dank|herzlichen dank|merci|
        merci (?:beaucoup|bien)|merci à (?:vous|toi)|mille mercis|je (?:vous|te) remercie|gracias|muchas gracias|mil
        gracias|muchísimas gracias|(?:te|se) lo agradezco""",
    "greeting": """hi|hello|hey|heya|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|how are you(?: doing)?|
        how do you do|nice to meet you|hallo|moin|servus|grüezi|grüß gott|guten (?:morgen|tag|abend)|wie geht(?:'s| es)
        (?:dir|ihnen)|wie geht(?:'s| es)|bonjour|bonsoir|salut|coucou|comment (?:ça va|allez-vous|allez vous|vas-tu)|ça
        va|hola|buenos días|buenas|buenas (?:tardes|noches)|qué tal|cómo (?:estás|está usted|está)""",
    "acknowledgement": """ok|okay|okey|k|kk|alright|all right|got it|i see|i understand|understood|makes sense|sounds
        good|great|perfect|cool|nice|awesome|excellent|fantastic|wonderful|super|fine|good to know|never ?mind|nvm|no
        problem|no worries|sure|👍|🙏|🙂|😊|😀|👌|❤️|alles klar|verstanden|verstehe|gut|prima|toll|passt|in
        ordnung|perfekt|klar|macht nichts|kein problem|d'accord|compris|je vois|parfait|très bien|bien|génial|pas de
        problème|ça marche|entendu|vale|entendido|perfecto|de acuerdo|muy bien|bueno|genial|claro|estupendo|
        no pasa nada""",
}
_ACCOMPANYING = """there|everyone|all|team|you|so much|very much|again|then|for (?:your|the) (?:help|answer|time|info|
    information)|for (?:that|this|helping)|a lot|oh|ah|well|and|please|sir|madam|zusammen|auch|sehr|dann|und|
    für (?:die|ihre|deine) (?:hilfe|antwort|auskunft)|dafür|ja|na|ach|beaucoup|bien|tous|à tous|alors|et|
    pour (?:votre aide|ton aide|l'aide|la réponse|votre réponse)|mucho|
    por (?:tu|su|la) (?:ayuda|respuesta)|a todos|entonces|y|pues|no"""
"""What may accompany a phrase. By itself it is not small talk."""
_SEPARATOR = r"[\s,.!¡¿;:…)(~\-–—]+"


def _alternatives(phrases: str) -> str:
    """Return the phrases as a regular expression, the longest first."""
    listed = (re.sub(r"\s+", " ", phrase).strip() for phrase in re.split(r"\|(?![^(]*\))", phrases))
    return "|".join(sorted(filter(None, listed), key=len, reverse=True))


_KINDS: dict[SmallTalk, re.Pattern[str]] = {
    kind: re.compile(rf"(?:{_alternatives(phrases)})") for kind, phrases in _PHRASES.items()
}
_ANY = "|".join(_alternatives(phrases) for phrases in (*_PHRASES.values(), _ACCOMPANYING))
_WHOLE = re.compile(rf"(?:{_SEPARATOR})?(?:{_ANY})(?:{_SEPARATOR}(?:{_ANY}))*(?:{_SEPARATOR})?\??")
_PIECE = re.compile(rf"(?<!\w)(?:{_ANY})(?!\w)")
_GREETING_QUESTION = re.compile(r".*\b(?:how|wie|comment|ça va|qué tal|cómo|hello|hallo|hola|allô)\b.*\?")


def small_talk_of(turn: str) -> SmallTalk | None:
    """Return what kind of small talk a turn is; None for a turn that may ask something.

    A turn of several kinds is of the first of farewell, thanks, greeting and acknowledgement: "ok, thanks, bye" is a
    farewell.
    """
    text = " ".join(turn.casefold().replace("’", "'").split())
    if not 0 < len(text) <= _LONGEST or not _WHOLE.fullmatch(text):
        return None
    if text.endswith("?") and not _GREETING_QUESTION.fullmatch(text):
        return None
    pieces = _PIECE.findall(text)
    return next((kind for kind, phrase in _KINDS.items() if any(map(phrase.fullmatch, pieces))), None)
