"""Word lists of contradiction: opposites, units, negations, bounds, verbs of saying. English; data only.

Short on purpose: pairs that exclude each other in nearly every text. Words that are opposites at times only (cold and
hot, buy and sell in a list of both) are safe here because an opposite counts only in the slot of its partner.
"""

from __future__ import annotations

from app.grounding.text.words import aligned_key, name_keys

# They turn round the meaning of what follows; contractions (isn't) are told by their ending.
NEGATIONS = frozenset(
    """
    not no never avoid cannot neither nor nobody nothing none nowhere hardly nicht kein keine keinen keiner keinem
    nie niemals ne pas jamais aucun aucune nunca jamás ningún ninguna
    """.split()
)
# After these words "not" denies nothing: not only, not just, whether or not.
NEGATION_LIFTED_BY = frozenset(["only", "just", "merely", "simply", "least", "necessarily", "yet", "limited"])

COMPARATIVES = frozenset(
    "more less fewer greater later earlier longer shorter higher lower larger smaller older".split()
)
UNIVERSALS = frozenset("everyone everybody anyone anybody all every each any always".split())
# Words that restrict a sentence, so that a denial in it is none of the whole: "not allowed without a badge".
EXCEPTIONS = frozenset(
    """
    if unless without except excluding until whether avoid ensure verify check confirm prevent otherwise instead
    """.split()
)


def _key(word: str) -> str:
    return aligned_key(name_keys(word, "en"), "en")


_OPPOSITES = """
    before after|always never|everyone nobody|everybody nobody|all none|everything nothing|first last|new old|
    newest oldest|often rarely|often seldom|frequently rarely|usually rarely|include exclude|inclusion exclusion|
    inclusive exclusive|approve reject|approve deny|approval rejection|approval denial|accept reject|accept decline|
    accept refuse|required optional|mandatory optional|compulsory optional|mandatory voluntary|compulsory voluntary|
    required voluntary|require forbid|obligatory optional|required unnecessary|necessary unnecessary|
    necessary optional|allow forbid|allow prohibit|allow prevent|allow ban|permit forbid|permit prohibit|
    allow disallow|permit ban|allowed forbidden|permitted prohibited|encourage discourage|encourage forbid|
    recommend discourage|inside outside|inner outer|indoor outdoor|indoors outdoors|internal external|
    internally externally|interior exterior|inbound outbound|incoming outgoing|input output|import export|
    upload download|easy hard|easy difficult|easier harder|simple complex|increase decrease|increase reduce|
    raise lower|raise reduce|rise fall|grow shrink|gain lose|gain loss|profit loss|expand contract|extend shorten|
    lengthen shorten|valid invalid|small large|smaller larger|smaller bigger|small big|high low|higher lower|
    highest lowest|highly poorly|public private|publicly privately|long short|longer shorter|longest shortest|
    more less|more fewer|most least|most fewest|maximum minimum|maximal minimal|maximise minimise|max min|major minor|
    majority minority|synchronous asynchronous|synchronously asynchronously|start end|start stop|start finish|
    begin end|begin finish|beginning end|begin stop|open close|open shut|opening closing|enable disable|
    activate deactivate|activated deactivated|lock unlock|show hide|visible invisible|visible hidden|add remove|
    insert delete|create delete|install uninstall|attach detach|connect disconnect|include omit|keep discard|
    keep remove|retain delete|early late|earlier later|earliest latest|above below|over under|up down|upper lower|
    upward downward|top bottom|left right|front back|front rear|forward backward|north south|east west|
    northern southern|eastern western|day night|daytime nighttime|morning evening|morning afternoon|with without|
    same different|equal unequal|equal different|similar different|full empty|full partial|fully partially|
    complete incomplete|complete partial|paid unpaid|permanent temporary|permanently temporarily|fixed variable|
    static dynamic|manual automatic|manually automatically|online offline|remote onsite|domestic foreign|
    domestic international|local remote|national international|success failure|succeed fail|successful unsuccessful|
    pass fail|win lose|victory defeat|won lost|positive negative|good bad|better worse|best worst|strong weak|
    stronger weaker|strengthen weaken|fast slow|faster slower|fastest slowest|quick slow|quickly slowly|hot cold|
    hotter colder|warm cool|wet dry|light heavy|lighter heavier|bright dark|near far|nearer farther|wide narrow|
    wider narrower|thick thin|deep shallow|cheap expensive|cheaper dearer|free paid|rich poor|young old|younger older|
    safe dangerous|safe unsafe|secure insecure|true false|right wrong|correct incorrect|correct wrong|
    possible impossible|likely unlikely|able unable|legal illegal|lawful unlawful|eligible ineligible|
    available unavailable|known unknown|sufficient insufficient|adequate inadequate|appropriate inappropriate|
    acceptable unacceptable|authorised unauthorised|encrypted unencrypted|signed unsigned|restricted unrestricted|
    limited unlimited|dependent independent|direct indirect|directly indirectly|formal informal|official unofficial|
    active inactive|single multiple|single double|individual collective|individual joint|together separately|
    jointly separately|buy sell|buyer seller|lend borrow|lender borrower|employer employee|tenant landlord|
    teacher student|parent child|male female|men women|man woman|husband wife|father mother|son daughter|
    brother sister|sender recipient|send receive|give receive|ask answer|push pull|arrive depart|arrival departure|
    enter leave|enter exit|entrance exit|ascend descend|ascending descending|even odd|odd even|former latter|
    past future|previous next|previous following|preceding following|agree disagree|agreement disagreement|
    support oppose|love hate|like dislike|trust distrust|remember forget|presence absence|present absent|alive dead|
    born died|weekday weekend|winter summer|spring autumn|gross net|debit credit|asset liability|income expense|
    revenue cost|surplus deficit|supply demand|taxable exempt|taxable untaxed|senior junior|superior inferior|
    full-time part-time|hire fire|hire dismiss|promote demote|promotion demotion|attack defend|attack defence|
    horizontal vertical|horizontally vertically|absolute relative|explicit implicit|explicitly implicitly|
    qualitative quantitative|theoretical practical|abstract concrete|general specific|common rare|regular irregular|
    normal abnormal|stable unstable|reversible irreversible|ordered unordered|sorted unsorted|mutable immutable|
    frontend backend|client server|read write|readable unreadable|writable readonly|prefix suffix|prepend append|
    ascends descends|serial parallel|serialise deserialise|encode decode|encrypt decrypt|compress decompress|
    subscribe unsubscribe|follow unfollow|opt-in opt-out|voluntarily compulsorily|earn spend|save spend|
    deposit withdraw|deposit withdrawal|rent own|guilty innocent|innocence guilt|war peace|friend enemy|offline online
"""

# Words of one line measure the same thing in different sizes: one in the place of the other is an error.
_UNITS = """
    nanosecond microsecond millisecond second minute hour day week fortnight month quarter year decade century|
    daily weekly fortnightly monthly quarterly yearly annual annually nightly hourly biweekly|
    day week month year annum|
    byte kilobyte megabyte gigabyte terabyte petabyte kibibyte mebibyte gibibyte bit kilobit megabit gigabit b kb mb
    gb tb pb kib mib gib|
    millimetre centimetre metre kilometre inch foot yard mile mm cm m km|
    milligram gram kilogram tonne ton ounce pound mg g kg oz lb lbs|millilitre litre gallon pint quart ml l|
    watt kilowatt megawatt gigawatt|hertz kilohertz megahertz gigahertz|volt millivolt kilovolt|
    celsius fahrenheit kelvin c f|percent percentage permille point|
    dollar euro pound yen franc yuan rupee cent usd eur gbp chf jpy|kmh mph|acre hectare|calorie kilocalorie|
    hundred thousand million billion trillion
"""
REPORTING = frozenset(
    _key(word)
    for word in [
        "say",
        "state",
        "report",
        "claim",
        "announce",
        "argue",
        "explain",
        "note",
        "add",
        "write",
        "according",
        "suggest",
        "recommend",
        "propose",
        "believe",
        "tell",
        "describe",
        "estimate",
        "predict",
        "warn",
        "confirm",
        "deny",
        "declare",
        "mention",
        "observe",
        "conclude",
        "find",
        "show",
    ]
)

# What documents call somebody whose name is known.
GENERIC_NAMES = frozenset(
    """
    company corporation firm group organisation organization agency department office team board customer user
    client employee employer member party plan product service buyer seller lender borrower tenant landlord
    registrant issuer contractor university school bank provider supplier
    """.split()
)

_AT_LEAST = "minimum least over above exceeding exceed more greater longer later higher older beyond upward"
_AT_MOST = "maximum most under below less fewer smaller shorter earlier lower younger until within up capped cap limit"


def _pairs() -> dict[str, frozenset[str]]:
    opposites: dict[str, set[str]] = {}
    for line in _OPPOSITES.split("|"):
        one, other = (_key(word) for word in line.split())
        opposites.setdefault(one, set()).add(other)
        opposites.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in opposites.items()}


def _dimensions() -> dict[str, frozenset[int]]:
    dimensions: dict[str, set[int]] = {}
    for number, line in enumerate(_UNITS.split("|")):
        for word in line.split():
            dimensions.setdefault(_key(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in dimensions.items()}


# By alignment keys (see `words`).
OPPOSITES: dict[str, frozenset[str]] = _pairs()
UNIT_DIMENSIONS: dict[str, frozenset[int]] = _dimensions()
AT_LEAST = frozenset(_key(word) for word in _AT_LEAST.split())
AT_MOST = frozenset(_key(word) for word in _AT_MOST.split())
_NONE: frozenset[int] = frozenset()
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis")


def are_opposite(one: str, other: str) -> bool:
    """Say whether two alignment keys are opposites: listed, or one the other with a negating prefix."""
    if other in OPPOSITES.get(one, ()):
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    prefix = longer[: len(longer) - len(shorter)]
    return len(shorter) > 4 and prefix in _PREFIXES and longer.endswith(shorter)


def are_rival_units(one: str, other: str) -> bool:
    """Say whether two alignment keys are different units of one thing: days and hours, not days and dollars."""
    return one != other and not UNIT_DIMENSIONS.get(one, _NONE).isdisjoint(UNIT_DIMENSIONS.get(other, _NONE))
