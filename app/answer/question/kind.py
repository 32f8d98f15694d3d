"""What kind of answer a question wants: a number, a time, a person, steps; read from its words.

    wanted_kinds("How many days of annual leave do I get?")    {"number"}
    wanted_kinds("Wer hilft mir, und bis wann?")               {"person", "time"}

The words are those of English, German, French and Spanish questions. A question may want several kinds, or none that
its words show ("annual leave"). The kind is evidence for the choice of sentences and nothing more: a sentence
without a number may still answer "how many".

Not covered: other languages, and a need that is only implied ("I lost my badge").
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Wanted: TypeAlias = Literal[
    "number", "amount", "time", "person", "contact", "place", "yes_no", "steps", "list", "definition", "reason"
]
"""What a question wants.

    number      a count or measure           person   who, or which team       steps       how to do something
    amount      money or a percentage        contact  an address or number     list        several things
    time        a date, time or duration     place    where                    definition  what something is
                                             yes_no   a decision               reason      why
"""

_SUBJECT = r"(?:I|we|you|one|he|she|it|they|my|our|your|the|a|an|any|this|that|these|those|there|every|all|new|\w+s)\b"
_VERB = (
    r"(?:do|does|did|is|are|am|was|were|can|could|may|might|must|should|shall|will|would|has|have|had|need|"
    r"don'?t|doesn'?t|isn'?t|aren'?t|can'?t|won'?t)"
)
_GERMAN_VERB = (
    r"(?:darf|dürfen|kann|können|muss|müssen|soll|sollen|ist|sind|war|hat|haben|habe|gibt|wird|werden|werde|bekomme|"
    r"bekommen|brauche|brauchen|gilt|gelten)"
)

_PATTERNS: tuple[tuple[Wanted, str], ...] = (
    (
        "time",
        r"(?:^\W*|[,;:]\s+|\b(?:and|or|know|until|since|by|from)\s+)when\b(?!\s+\w+ing\b)|"
        r"\b(?:what time|what date|which (?:day|date|month|week)|how (?:long|soon|often|late|early)|"
        r"deadline)\b",
    ),
    ("time", r"\b(?:from|by|since|until|till|to|on) (?:when|(?:what|which) (?:day|date|time))\b"),
    ("time", r"\b(?:wann|wie (?:lange|oft|spät|früh)|um wie ?viel uhr|frist)\b"),
    ("time", r"\b(?:quand|combien de temps|quelle heure|quelle date|quel jour|délai)\b"),
    ("time", r"\b(?:cuándo|cuando|cuánto tiempo|qué hora|qué día|qué fecha|plazo)\b"),
    (
        "amount",
        r"\b(?:how much|costs?|price|fee|pay for|salary|reimburs\w+|allowance|per ?cent(?:age)?|"
        r"what rate|worth)\b",
    ),
    ("amount", r"\b(?:wie ?viel (?:geld|euro|prozent|kostet)|was kostet|kosten|preis|gebühr|gehalt|zuschuss)\b"),
    ("amount", r"\b(?:combien (?:coûte|ça coûte|d'argent|d'euros)|prix|salaire|coût|pourcentage)\b"),
    ("amount", r"\b(?:cuánto (?:cuesta|dinero|vale)|precio|salario|sueldo|porcentaje)\b"),
    ("number", r"\bhow (?:many|much|big|old|far|large|fast|high|tall|wide|heavy|deep)\b"),
    (
        "number",
        r"\b(?:what|which) (?:number|percentage|share|size|maximum|minimum|limit|version|level)\b|"
        r"\b(?:limit|at most|at least)\b",
    ),
    ("number", r"\bwie ?viele?\b|\bcombien\b|\bcuánt[oa]s?\b"),
    ("person", r"\b(?:who|whom|whose)\b"),
    ("person", r"\b(?:wer|wen|wem|wessen)\b|\bqui\b(?! est-ce qu)|\bquién(?:es)?\b"),
    ("contact", r"\b(?:contact|e-?mail|phone|telephone|extension|hotline|reach|get hold of|ring|call)\b"),
    ("contact", r"\b(?:telefon\w*|durchwahl|erreiche\w*|kontakt\w*|téléphone|courriel|teléfono|correo)\b"),
    (
        "place",
        r"\bwhere(?!as)\b|\b(?:what|which) (?:floor|building|address|office|website|page|folder|"
        r"directory|channel)\b",
    ),
    ("place", r"\b(?:wo|wohin|woher)\b|\boù\b|\b(?:a|de )?dónde\b"),
    (
        "steps",
        r"\bhow (?:do|can|should|would|could|must|to|does (?:one|a|an|someone))\b|\b(?:steps|procedure|"
        r"process for|set ?up|now what)\b",
    ),
    ("steps", r"\bwhat (?:do|should|must|can) (?:I|we|you) do\b|\bwhat happens\b"),
    ("steps", r"\bwie (?!viel|lange|oft|spät|früh|hoch|groß|alt)\w+|\bcomment\b|\bcómo\b"),
    (
        "list",
        r"\b(?:what|which) (?:\w+ )?(?:are|types|kinds|sorts|documents|things|items|options|\w+s (?:do|"
        r"does|are|can|must|should))\b",
    ),
    (
        "list",
        r"^\W*(?:list|name|give me all)\b|\bexamples? of\b|\bwelche\b|\b(?:quels|quelles)\b|\b(?:cuáles|"
        r"qué \w+s)\b",
    ),
    (
        "definition",
        r"\bwhat(?:'s| is| on earth is| does)\b(?! (?:my|your|the (?:limit|maximum|minimum|deadline)))|"
        r"\b(?:mean|meaning|define|definition|stands? for)\b",
    ),
    (
        "definition",
        r"\bwas (?:ist|sind|bedeutet|heißt)\b|\bqu'est-ce que\b|\bc'est quoi\b|\bqué (?:es|son|"
        r"significa)\b",
    ),
    ("reason", r"\b(?:why|how come|what for|reason)\b|\b(?:warum|weshalb|wieso|wozu)\b|\bpourquoi\b|\bpor qué\b"),
    ("yes_no", rf"^\W*{_VERB}\s+\w|(?:[,;:.!?–—-]\s+|\b(?:and|or|but|so)\s+){_VERB}\s+{_SUBJECT}"),
    (
        "yes_no",
        rf"(?:^\W*|[,;]\s+){_GERMAN_VERB}\s+(?:ich|wir|man|du|sie|es|er|der|die|das|ein|eine|mein\w*|"
        rf"unser\w*)\b",
    ),
    ("yes_no", r"(?:^\W*|[,;]\s+)(?:est-ce qu|puis-je|peut-on|pouvons-nous|dois-je|faut-il|y a-t-il|ai-je|a-t-on)"),
    ("yes_no", r"(?:^\W*|[,;]\s+)(?:puedo|podemos|se puede|debo|tengo|hay|es|son|está|necesito|puede)\b(?! que\?)"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def wanted_kinds(question: str) -> frozenset[Wanted]:
    """Return the kinds of answer that the words of the question ask for; empty where they show none."""
    return frozenset(kind for kind, pattern in _COMPILED if pattern.search(question))
