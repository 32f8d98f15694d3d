"""Word lists of English that no rule yields: irregular forms, spellings, abbreviations, document nouns.

Data only. The lists are short on purpose: they hold closed classes (irregular verbs, calendar and unit abbreviations)
and leave synonyms to the reader, since a synonym is a judgement.
"""

from __future__ import annotations

# Base form first, then the forms that suffix stripping does not lead back to it.
_IRREGULAR = """
    arise arose arisen|awake awoke awoken|bear bore borne|beat beaten|become became|begin began begun|bend bent|
    bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|bring brought|build built|
    burn burnt|buy bought|catch caught|choose chose chosen|cling clung|come came|creep crept|deal dealt|dig dug|
    draw drew drawn|dream dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed|
    feel felt|fight fought|find found|flee fled|fly flew flown|forbid forbade forbidden|forget forgot forgotten|
    forgive forgave forgiven|freeze froze frozen|give gave given|go went gone|grind ground|grow grew grown|
    hang hung|hear heard|hide hid hidden|hold held|keep kept|know knew known|lay laid|lead led|lean leant|
    learn learnt|leave left|lend lent|lie lay lain|light lit|lose lost|make made|mean meant|meet met|pay paid|
    prove proven|ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|
    send sent|shake shook shaken|shine shone|shoot shot|show shown|shrink shrank shrunk|sing sang sung|
    sink sank sunk|sit sat|sleep slept|slide slid|smell smelt|speak spoke spoken|speed sped|spell spelt|spend spent|
    spin spun|spoil spoilt|stand stood|steal stole stolen|stick stuck|sting stung|strike struck|strive strove striven|
    swear swore sworn|sweep swept|swell swollen|swim swam swum|swing swung|take took taken|teach taught|tear tore torn|
    tell told|think thought|throw threw thrown|understand understood|undertake undertook undertaken|wake woke woken|
    wear wore worn|weave wove woven|weep wept|win won|wind wound|withdraw withdrew withdrawn|withhold withheld|
    write wrote written|overcome overcame|override overrode overridden|oversee oversaw overseen|rebuild rebuilt|
    resell resold|rewrite rewrote rewritten|
    child children|foot feet|goose geese|knife knives|half halves|leaf leaves|life lives|loaf loaves|man men|
    mouse mice|ox oxen|person people|shelf shelves|thief thieves|tooth teeth|wife wives|wolf wolves|woman women|
    analysis analyses|basis bases|crisis crises|criterion criteria|phenomenon phenomena|index indices|
    matrix matrices|appendix appendices|vertex vertices|datum data|medium media|
    good better best|bad worse worst|far further furthest farther
"""

IRREGULAR_FORMS: dict[str, str] = {
    form: base for base, *forms in (entry.split() for entry in _IRREGULAR.split("|")) for form in forms
}

# Every form of a base form, itself included.
BASE_FORMS: dict[str, tuple[str, ...]] = {
    base: (base, *forms) for base, *forms in (entry.split() for entry in _IRREGULAR.split("|"))
}

# Spellings that the endings in `words` do not cover; the left one stands for both.
SPELLINGS: dict[str, str] = {
    british: american
    for american, british in (
        pair.split("=")
        for pair in [
            "gray=grey",
            "tire=tyre",
            "check=cheque",
            "plow=plough",
            "judgment=judgement",
            "aging=ageing",
            "skillful=skilful",
            "fulfill=fulfil",
            "enroll=enrol",
            "enrollment=enrolment",
            "jewelry=jewellery",
            "mold=mould",
            "story=storey",
            "aluminum=aluminium",
            "pajamas=pyjamas",
            "maneuver=manoeuvre",
            "practice=practise",
            "sulfur=sulphur",
            "acknowledgment=acknowledgement",
            "draft=draught",
            "curb=kerb",
            "airplane=aeroplane",
            "artifact=artefact",
            "skeptic=sceptic",
            "installment=instalment",
            "fulfillment=fulfilment",
        ]
    )
}

# The British spellings of each American word in `SPELLINGS`.
BRITISH: dict[str, tuple[str, ...]] = {
    american: tuple(british for british, other in SPELLINGS.items() if other == american)
    for american in frozenset(SPELLINGS.values())
}

# Words of one line mean the same. Case is folded; a word may stand on several lines ("min": minute, minimum).
_SAME = """
    kilometre kilometer km kph kmh|metre meter m|centimetre centimeter cm|millimetre millimeter mm|mile mi mph|
    foot ft|inch in|yard yd|kilogram kilo kg|gram g|milligram mg|pound lb lbs|ounce oz|tonne ton t|litre liter l|
    millilitre milliliter ml|second sec s|minute min mins|hour hr hrs h|hour mph|hour kph kmh|week wk wks|month mo mos|
    year yr yrs|byte b|kilobyte kb|megabyte mb|gigabyte gb|terabyte tb|kilowatt kw|kilowatthour kwh|watt w|volt v|
    hertz hz|megahertz mhz|gigahertz ghz|celsius c °c|fahrenheit f °f|square sq|degree deg °|pound £ gbp sterling|
    euro € eur|dollar $ usd|percent % pct|percentage %|doctor dr|professor prof|saint st|street st|mister mr|
    approximate approximately approx|department dept|minimum min|maximum max|number no nr num #|example e.g eg|
    and &|versus vs|company co|corporation corp|incorporated inc|limited ltd|government govt|management mgmt|
    manager mgr|information info|application app|document doc|documentation docs|administrator admin|
    repository repo|specification spec|configuration config|reference ref|figure fig|page p pp|appointment appt|
    headquarters hq|frequently faq|telephone tel phone|estimate est|apartment apt|avenue ave|road rd|
    building bldg|room rm|extension ext|version ver v|vs versus
"""

# Words of one family that no ending leads to. They are the same claim: "it is strong", "its strength".
_FAMILIES = """
    strong strength strengthen|long length lengthen|high height heighten|wide width widen|deep depth deepen|
    broad breadth|warm warmth|hot heat|poor poverty|free freedom|wise wisdom|angry anger|hungry hunger|young youth|
    true truth|explain explanation|pronounce pronunciation|maintain maintenance|choose choice|lose loss|sell sale|
    live life|prove proof|believe belief|advise advice|grow growth|die death|born birth|weigh weight|see sight|
    speak speech|succeed success successful|proceed procedure|receive receipt|describe description|
    prescribe prescription|subscribe subscription|destroy destruction|retain retention|attend attendance|
    repeat repetition|compete competition|acquire acquisition|apply application|multiply multiplication|
    reveal revelation|resolve resolution|solve solution|absorb absorption|assume assumption|consume consumption|
    resume resumption|redeem redemption|permit permission|submit submission|admit admission|omit omission|
    expand expansion|extend extension|suspend suspension|divide division|provide provision|defend defence defense|
    respond response|intend intention|convert conversion|deny denial|try trial|marry marriage|inherit heir|
    fail failure|press pressure|depart departure|enter entry entrance|sign signature|arrive arrival|
    analyse analyze analysis|emphasise emphasize emphasis|bomb bombing|fly flight|pay payment|employ employment|
    judge judgment|argue argument|govern government|renew renewal|approve approval|remove removal|refer referral|
    survive survival|tend tendency|urgent urgency|vacant vacancy|private privacy|accurate accuracy|frequent frequency|
    efficient efficiency|emerge emergency|deliver delivery|recover recovery|discover discovery|difficult difficulty|
    honest honesty|certain certainty|safe safety|entire entirety|loyal loyalty|responsible responsibility|
    able ability|possible possibility|available availability|eligible eligibility|secure security|mature maturity|
    clear clarity|real reality|legal legality|formal formality|simple simplicity|simplify simple|clarify clear|
    notify notification|verify verification|identify identification identity|specify specification specific|
    qualify qualification|modify modification|certify certification certificate|
    authorise authorize authorisation authorization authority|four fourth forty|assist assistance|occur occurrence|
    exist existence|differ difference different|refer reference|prefer preference|insure insurance|assure assurance|
    guide guidance|allow allowance|accept acceptance|perform performance|appear appearance|enrol enroll enrolment
"""


def _same_words() -> dict[str, tuple[str, ...]]:
    """Return, for each listed word, all words that mean the same."""
    same: dict[str, set[str]] = {}
    for line in (*_SAME.split("|"), *_FAMILIES.split("|")):
        for word in line.split():
            same.setdefault(word, set()).update(other for other in line.split() if other != word)
    return {word: tuple(sorted(others)) for word, others in same.items()}


SAME_WORDS: dict[str, tuple[str, ...]] = _same_words()

# What an answer calls the texts it was given.
DOCUMENT_NOUNS = (
    "documents?|documentation|docs?|contexts?|passages?|sources?|texts?|excerpts?|information|materials?|articles?|"
    "pages?|handbooks?|polic(?:y|ies)|guides?|guidelines?|manuals?|snippets?|references?|data|files?|input|content|"
    "details?|results?|extracts?|sections?|knowledge base"
)

# The first words of the phrases that point to the documents (see `markers`).
SCAFFOLD_STARTS = frozenset(
    """
    according based as from in per within by the this these those your our any all it that here here's i let please
    feel if source sources reference references provided given available retrieved supplied relevant above cited
    official attached internal search company following passage passages context contexts document documents excerpt
    excerpts snippet snippets chunk chunks
    """.split()
)
