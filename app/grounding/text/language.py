"""Which language a text is in, told by its stop words, and the stop words themselves.

English, German, French and Spanish are judged in full. A text that has more stop words of another language listed
here is "other": words that the contexts lack are then reported as unjudged, never flagged. Languages in other
scripts are told by their script, in `claims`. Not covered: texts that mix languages, and languages not listed here,
which are taken for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Language = Literal["en", "de", "fr", "es", "other"]

_ENGLISH = frozenset(
    """
    a an the this that these those such same other another each every either neither both all any some few many much
    more most less least several enough own only just very too quite rather so as than then there here where when
    why how what which who whom whose whether while until till since because although though unless if else or and
    but nor not no none nothing nobody never yet of in on at by for from to into onto upon with within without about
    above across after against along among amid around before behind below beneath beside besides between beyond
    down during except inside near off out outside over past per through throughout toward towards under underneath
    up via i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she
    her hers herself it its itself they them their theirs themselves one ones someone anyone everyone something
    anything everything somebody anybody everybody somewhere anywhere everywhere is are am was were be been being do
    does did done doing have has had having can could may might must shall should will would ought need cannot dont
    doesnt didnt isnt arent wasnt werent wont cant couldnt shouldnt wouldnt hasnt havent hadnt im youre theyre ive
    youve thats whats lets let get gets getting got also however therefore thus hence moreover furthermore
    additionally instead otherwise meanwhile overall namely e.g i.e eg ie etc vs versus well now again ever even
    still already soon later often usually generally typically always once like unlike according based regarding
    concerning including include includes included via yes ok okay please thanks thank sure certainly exactly about
    approximately roughly nearly almost around maximum minimum at least up non pre re co semi sub able unable
    following follows come comes came coming give gives gave given giving go goes going gone went take takes took
    taken taking make makes made making use uses used using receive receives received require requires required
    become becomes became mean means meant contain contains contained consist consists thing things way ways time
    times kind kinds specifically particularly especially respectively total altogether fewer equal
    """.split()
)
_GERMAN = frozenset(
    """
    der die das den dem des ein eine einer einem einen eines und oder aber sondern denn doch nicht kein keine keinen
    keinem keiner nichts nie ist sind war waren sei sein wird werden wurde wurden worden hat haben hatte hatten kann
    können konnte muss müssen musste soll sollen sollte darf dürfen durfte will wollen wollte mag möchte möchten ich
    du er sie es wir ihr mich dich sich uns euch ihm ihn ihnen mein dein unser unsere unserer euer ihre ihrem ihren
    ihrer ihres seine seinem seinen seiner seines dieser diese dieses diesem diesen jener jede jeder jedes jedem
    jeden alle allem allen aller alles viele vielen mehr meist weniger einige einigen etwas man wer was wo wann wie
    warum welche welcher welches in im an am auf aus bei beim bis durch für gegen mit nach ohne seit über um unter
    von vom vor zu zum zur zwischen während wegen wenn weil dass ob als also auch noch nur schon sehr so dann da
    dort hier jetzt immer oft bereits etwa ca rund circa mindestens höchstens bzw sowie sowohl z b d h ja nein bitte
    gemäß laut damit dabei dazu davon darüber hierfür dafür jedoch außerdem zudem innerhalb außerhalb
    """.split()
)
_FRENCH = frozenset(
    """
    le la les l un une des du de d et ou mais donc or ni car ne pas plus moins rien jamais aucun aucune est sont
    était étaient être été sera seront soit a ont avait avaient avoir eu aura auront peut peuvent pouvait pouvoir
    doit doivent devait devoir faut fait font faire va vont je tu il elle on nous vous ils elles me te se lui leur
    leurs mon ma mes ton ta tes son sa ses notre nos votre vos ce cet cette ces cela ceci ça qui que quoi dont où
    quand comment pourquoi quel quelle quels quelles lequel laquelle en dans sur sous par pour avec sans entre vers
    chez depuis pendant avant après jusque jusqu dès selon contre si comme lorsque puisque parce aussi ainsi alors
    très trop peu beaucoup tout toute tous toutes chaque autre autres même mêmes y au aux là ici déjà encore
    toujours souvent environ oui non s c j m n t qu deux afin lors
    """.split()
)
_SPANISH = frozenset(
    """
    el la los las lo un una unos unas de del al a y e o u pero sino ni no nunca nada ningún ninguna ninguno es son
    era eran ser sido fue fueron será serán sea está están estaba estar hay ha han había haber puede pueden podía
    poder debe deben debía deber tiene tienen tenía tener hace hacer va van yo tú él ella ello nosotros usted
    ustedes ellos ellas me te se le les nos os mi mis tu tus su sus nuestro nuestra este esta estos estas ese esa
    esos esas eso esto aquel que qué quien quién cual cuál cuales cuyo donde dónde cuando cuándo como cómo porque
    por para con sin sobre entre hasta desde durante antes después según contra en si sí también así entonces muy
    más menos mucho muchos poco pocos todo toda todos todas cada otro otra otros otras mismo misma ya aún todavía
    siempre aquí allí cerca solo sólo unos dos
    """.split()
)
# Only to recognise that a text is in none of the four; a handful of frequent words that the four do not share.
OTHER_STOP_WORDS = (
    "il di che è gli della dei delle nel nella sono con per non più anche questo questa alla dal dalla ogni",  # Italian
    "o os da do das dos não em uma são ao à pelo pela você mais também ou às no na nos nas com é",  # Portuguese
    "het een van en niet met voor zijn op te dat aan ook naar bij uit maar wordt worden kan deze hun",  # Dutch
    "och att det som är på för med av inte till har ett den kan från eller vid ska alla",  # Swedish
    "og det er på til med for ikke av som har en et kan fra eller skal alle ved",  # Danish, Norwegian
    "i w na z się nie jest do to że oraz lub dla przez po od są jak które który",  # Polish
    "ve bir bu için ile olarak da de ne en daha gibi olan her çok kadar sonra değil",  # Turkish
)

STOP_WORDS: dict[Language, frozenset[str]] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "other": frozenset(),
}
_CANDIDATES: tuple[tuple[Language, frozenset[str]], ...] = (
    ("en", _ENGLISH),
    ("de", _GERMAN),
    ("fr", _FRENCH),
    ("es", _SPANISH),
    *(("other", frozenset(words.split())) for words in OTHER_STOP_WORDS),
)
# For each stop word, the candidates for which it votes.
_VOTES: dict[str, tuple[int, ...]] = {
    word: tuple(place for place, (_, words) in enumerate(_CANDIDATES) if word in words)
    for word in frozenset().union(*(words for _, words in _CANDIDATES))
}
# One word proves nothing: "die", "me" and "on" are English as well.
_FEWEST_VOTES = 2


# Words that vote for English alone, and those that vote for anything but English.
_ENGLISH_ONLY = frozenset(word for word, candidates in _VOTES.items() if candidates == (0,))
_NEVER_ENGLISH = frozenset(word for word, candidates in _VOTES.items() if 0 not in candidates)
# So many of the first without many of the second settle it; counting all votes takes ten times as long.
_SETTLED = 4
_TELLING = 600
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def language_of(text: str) -> Language:
    """Return the language of a normalised text."""
    pieces = frozenset(text[:_TELLING].split())
    english = len(pieces & _ENGLISH_ONLY)
    if english >= _SETTLED and len(pieces & _NEVER_ENGLISH) * 4 <= english:
        return "en"
    return detect_language(map(_without_apostrophe, _WORD.findall(text.casefold())))


def _without_apostrophe(word: str) -> str:
    """Return what tells the language of an elided or contracted word: "l'eau" gives "eau", "we're" gives "we"."""
    if "'" not in word:
        return word
    head, _, tail = word.partition("'")
    return tail if len(head) == 1 or head == "qu" else head.removesuffix("n")


def detect_language(folded_words: Iterable[str]) -> Language:
    """Return the language with the most stop words among the case-folded words; English where it is undecided.

    The order of the candidates decides between equals, so that English wins every tie.
    """
    votes = [0] * len(_CANDIDATES)
    for word in folded_words:
        for candidate in _VOTES.get(word, ()):
            votes[candidate] += 1
    best = max(votes)
    if best < _FEWEST_VOTES:
        return "en"
    return _CANDIDATES[votes.index(best)][0]
