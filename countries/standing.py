"""How a State that a text names stands in it: what the text is about, or named in passing.

A host, a voter, a donor, a neighbour, a comparison, the place of a press conference and the citizenship of an envoy are
named in passing. They count only where the text names no State in another way.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from countries.names import Kind

LOOK_BACK = 60  # characters before a name that tell how it is meant
LIST_MIN = 3  # States that stand in a row make a list

_NAMES_BETWEEN = r"\s+(?:the\s+|its\s+|neighbou?ring\s+|nearby\s+|(?:north|south|east|west)(?:ern)?\s+)*$"
_ACTORS = re.compile(
    r"(?:\s+(?:security|armed|occupation|occupying|air|ground|special|government|state|military|naval|defen[cs]e))*\s+"
    r"(?:forces?|troops|army|military|soldiers?|mercenaries|officials?|offensives?|airstrikes?|warplanes|police|"
    r"settlers?)\b",
    re.IGNORECASE,
)
_ENVOYS = re.compile(
    r"(?:[\s-]+(?:born|made|former|foreign|human rights))?[\s-]+(?:peacekeep\w*|contingents?|ambassador|diplomats?|"
    r"delegation|"
    r"embassy|envoys?|foreign|judges?|company|companies|mediators?|investors?|journalists?|nationals?|tourists?|"
    r"charity|"
    r"charities|NGOs?|think.tanks?|dollars?|weapons|arms|drones|rifles|missiles|ammunition|academics?|professors?|"
    r"firms?|"
    r"banks?|engineers?|instructors?|partners?|allies|backers?|proxies|private|passport|citizens?hip|nationality|"
    r"lawmakers in|"
    r"aid|donors?|scholars?|researchers?|doctors?|lawyers?|princes?|priests?|nuns?|missionar(?:y|ies)|contractors?|"
    r"police officers)\b",
    re.IGNORECASE,
)
_PAPERS = re.compile(
    r"\s+(?:peace\s+)?(?:agreements?|accords?|declarations?|protocols?|process|convention|treaty|pact|roadmap|"
    r"principles|"
    r"conference|summit|talks|statute|document|guidelines|platform)\b",
    re.IGNORECASE,
)  # "the Havana Agreement" is not about Cuba
_CULTURE = re.compile(
    r"\s+(?:films?|dramas?|music|songs?|literature|newspapers?|broadcasters?|television|radio|magazines?|daily|weekly|"
    r"language|news agency|passports?|visas?|restaurants?|one\b)",
    re.IGNORECASE,
)
_DIPLOMACY = re.compile(
    r"(?:\s+(?:also|then|has|have|had|later|again|both|already|formally))*\s+(?:"
    r"abstain(?:ed|ing|s)?|veto(?:ed|es)|vot(?:ed|ing|es) (?:against|for|in favou?r)|voted|voting|tabled|"
    r"co-?sponsor(?:ed|s)|"
    r"host(?:ed|s)?\b|broker(?:ed|s)|mediat(?:ed|es)|facilitat(?:ed|es)|chair(?:ed|s)\b|"
    r"urge[sd]?\b|call(?:ed|s)? (?:on|for|upon)|condemn(?:ed|s)?\b|welcom(?:ed|es?)\b|deplor(?:ed|es?)\b|"
    r"regret(?:ted|s)?\b|"
    r"prais(?:ed|es?)\b|express(?:ed|es)? (?:concern|regret|support|alarm)|appeal(?:ed|s)? (?:for|to)|"
    r"reject(?:ed|s)? the (?:results?|outcome)|referr?(?:ed|s) the|recall(?:ed|s)? (?:its|their) (?:ambassadors?|"
    r"envoys?)|"
    r"(?:took|takes|take) the floor|(?:will )?(?:holds?|held) the presidency|(?:will )?presided?\b|pledg(?:ed|"
    r"es?)\b|donat(?:ed|es?)\b|offer(?:ed|s)? (?:to|aid|asylum|refuge)|"
    r"(?:sent|sends?|deploy(?:ed|s)?|contribut(?:ed|es?)|provid(?:ed|es?)|suppl(?:ied|ies)|sold|"
    r"delivered)\s+(?:[\w,.-]+\s+){0,4}?"
    r"(?:officers?|police|rescue\w*|teams?|troops|soldiers|forces|peacekeepers|observers?|envoys?|weapons|arms|aid|"
    r"relief|"
    r"mercenaries|drones|tanks|ammunition|instructors|assistance)\b|"
    r"(?:closed|reopened|shut) (?:its|the|their)\s+(?:[\w-]+\s+){0,3}(?:borders?|crossings?|embassy|embassies|"
    r"airspace)|"
    r"(?:announced|adopted|considered|introduced|passed) similar|followed suit|"
    r"(?:is|was|are|were) (?:also )?(?:host(?:s|ing)?|home) to|shelters?\b|"
    r"asked for a (?:closed )?(?:session|meeting|debate|vote)|state department|department of state|treasury|embassy|"
    r"secretary of state|foreign (?:secretary|office|minister|ministry)|special envoy|sanctions)\b",
    re.IGNORECASE,
)
_FROM_OUTSIDE = re.compile(
    r"(?:['’]s)?\s+(?:former\s+)?(?:\w+\s+){0,2}as (?:a |the )?(?:mediator|host|guarantor)s?\b"
    r"|['’]s\s+(?:foreign|state|public|former)?\s*(?:ambassador|embassy|envoy|delegation|representative|broadcaster|"
    r"foreign (?:minister|ministry|secretary|office|policy))s?\b"
    r"|(?:['’]s (?:army|government|military|forces|troops|leaders))?\s+(?:also\s+)?(?:continue[sd]? to\s+)?"
    r"(?:support(?:s|ed)?|back(?:s|ed)?|financ(?:es|ed)) ",
    re.IGNORECASE,
)
_BACKERS = re.compile(
    r"\b(?:(?:backed|supported|armed|sponsored|financed|funded|trained|supplied|led|hosted|mediated|brokered) by"
    r"|soutenue?s? par(?: (?:le|la|les|l'|des|du|de|membres|forces|armées|défense|militaires))*"
    r"|(?:apoyad|respaldad)[oa]s? por|при поддержке|بدعم من"
    r"|borders?(?: (?:it|they) shares?)? (?:with|of|between)|close to|neighbou?ring|ambassador (?:of|to)|"
    r"representative in"
    r"|comparisons? (?:with|to)|(?:parallels|reminiscent|echo(?:es|ing)?|lessons|memor(?:y|ies)|ghosts?) (?:of|"
    r"from|with|to)"
    r"|comparable (?:to|with)|compared (?:to|with)|unlike|ahead of|modelled (?:on|after)|modeled (?:on|after)"
    r"|inspired by|similar to|(?:just )?as (?:seen |happened |occurred )?in)\s+(?:(?:the|that of|those of|"
    r"those in)\s+)?$",
    re.IGNORECASE,
)
_PASSING = re.compile(  # a State that hosts, speaks or votes, where another is spoken of
    r"\b(?:(?:vetoed|tabled|drafted|proposed|put forward|presented|convened|facilitated|blocked|chaired|"
    r"called|requested|circulated|submitted|initiated) by"
    r"|\b(?:fled|flee|fleeing|fle[ed]s|crossed|crossing|escaped)\s+(?:\w+\s+){0,3}(?:to|into)"
    r"|\brefugees?\s+(?:\w+\s+){0,2}in|\b(?:asylum|shelter|refuge|safety) in|\bexiled?s? (?:in|to)"
    r"|\b(?:judge|jurist|lawyer|professor|diplomat|mediator|academic|expert|speaker|delegate|"
    r"representative)s?,? (?:from|of)"
    r"|\b(?:talks|meeting|conference|summit|negotiations|press briefing|briefing|reporters|journalists|seminar|"
    r"workshop|"
    r"round table|side event|interviewed|published|launched|released|presented|headquartered|seated|an office) in"
    r"|\b(?:copy|broadcasts?|reporting|speaking) from|\b(?:en route|bound|on (?:his|her|their) way) (?:to|for)"
    r"|\bspeaking in|\btold (?:\w+ ){1,3}in|\bfindings in|\breturn(?:ed|ing)? from (?:a visit to )?"
    r"|(?:se réfugier|réfugiée?s?|fui) (?:au|en|aux)|(?:huyeron|huido|refugiad[oa]s) (?:a|en|hacia)"
    r"|бежал[иа]? в)" + _NAMES_BETWEEN,
    re.IGNORECASE,
)
_INVASION = re.compile(  # who comes armed is no refugee: what is told next happens where they go
    r"\b(?:fighters|troops|soldiers|forces|army|rebels|insurgents|militants|gunmen|jihadists|mercenaries|militiamen)\b"
    r"(?:(?!famil|civilian|people|person|refugee|villager|women|fle[ed])[^.;!?\n])*"
    r"\bcross(?:ed|ing)\s+(?:\w+\s+){0,3}into" + _NAMES_BETWEEN,
    re.IGNORECASE,
)
_FLIGHT = ("逃往", "逃到", "逃入", "逃至")
_DATELINE = re.compile(
    r"(?:[,/]\s*[A-Z][\w' ]{2,20})?\s*(?:\([^()\n]{3,40}\)|,\s*\d{1,2}\s+\w+(?:\s+\d{4})?(?:\s*\(\w+\))?)\s*[-–—]\s"
)  # "DAKAR, 3 June 2024 – "
_DATED_FROM = re.compile(r"\)\s*[-–—]\s")  # "(Nairobi) – "
_CHAIN = re.compile(r"(?:,? and|,? or|,|,? as well as|, et| et| y| и)\s+(?:the\s+)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"\b(?:in|into|speaks?|spoken?)\s+$", re.IGNORECASE)  # "in French"
_COMPOUND = re.compile(r"-[a-z]")
_BRACKET = re.compile(r"\s?\(\s?$")
_SENTENCE_END = re.compile(r"[.!?…][”\"’')]?\s+(?=[“\"‘'(]?[A-ZÀ-Þ0-9])|\n")


@dataclass(frozen=True, slots=True)
class Named:
    """A State named in a text: `name` as it stands there, from `start` to `end` (exclusive).

    A mention is a State in passing: "Rwandan-backed", or a neighbour's army where another country is named.
    """

    iso3: str
    start: int
    end: int
    name: str
    kind: Kind = "name"
    is_mention: bool = False


class Tier(enum.IntEnum):
    """How much a name speaks for a State being what the text is about."""

    NONE = 0  # "Rwandan-backed"
    PASSING = 1  # a host, a speaker, a voter
    WEAK = 2  # a capital, a group, an army
    STRONG = 3


def ranked(text: str, rows: Sequence[Named]) -> Iterator[Named]:
    """The names in `rows` (in the order of the text), with those marked that are mentions in passing.

    Names, places and peoples come first; a capital, a group or an army counts where no other country is named. A host
    or a voter counts only where nobody else does. An army that is named twice is no passing remark.
    """
    tiers = _tiers(text, rows)
    top = max(tiers, default=Tier.NONE)
    named = {one.iso3 for one, tier in zip(rows, tiers, strict=True) if tier == top}
    for one, tier in zip(rows, tiers, strict=True):
        is_mention = tier == Tier.NONE or one.iso3 not in named
        yield replace(one, is_mention=True) if is_mention else one


def _tiers(text: str, rows: Sequence[Named]) -> list[Tier]:
    acting = Counter(one.iso3 for one in rows if one.kind == "demonym" and _is_an_actor(text, one))
    tiers: list[Tier] = []
    lists = list(_lists(text, rows))
    for members in lists:
        before, after = _before(text, rows[members[0]]), _after(text, rows[members[-1]])
        for place in members:
            own = _tier(text, rows[place], is_repeated=acting[rows[place].iso3] > 1)
            tiers.append(min(own, before, after))
    for members in _beside_the_point(text, rows, tiers, lists):
        for place in members:
            tiers[place] = min(tiers[place], Tier.PASSING)
    return tiers


def _lists(text: str, rows: Sequence[Named]) -> Iterator[range]:
    """Places in `rows` of the names that follow one another: "Chad, Niger and Mali"; most often a single one."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or not _CHAIN.fullmatch(text, rows[place - 1].end, rows[place].start):
            yield range(start, place)
            start = place


def _beside_the_point(
    text: str, rows: Sequence[Named], tiers: Sequence[Tier], lists: Sequence[range]
) -> Iterator[range]:
    """Lists of other States than the one that the heading or another sentence names: "as in Chad, Niger and Mali".

    A list in a heading says what the text is about, unless one of its States is singled out behind it: "(Chad)".
    """
    long = [members for members in lists if len({rows[place].iso3 for place in members}) >= LIST_MIN]
    heading = text.find("\n") if long else 0
    titled = {one.iso3 for one, tier in zip(rows, tiers, strict=True) if one.end <= heading and tier == Tier.STRONG}
    sentences = [found.end() for found in _SENTENCE_END.finditer(text)] if long else []
    strong = Counter(
        (bisect(sentences, one.start), one.iso3)
        for one, tier in zip(rows, tiers, strict=True)
        if long and tier == Tier.STRONG
    )
    by_state = Counter(iso3 for _, iso3 in strong.elements())
    by_sentence = Counter(sentence for sentence, _ in strong.elements())
    for members in long:
        sentence = bisect(sentences, rows[members[0]].start)
        codes = {rows[place].iso3 for place in members}
        is_named_elsewhere = any(by_state[iso3] > strong[sentence, iso3] for iso3 in codes)
        if rows[members[0]].start < heading:
            is_beside = _is_singled_out(text, rows, members)
        else:
            is_beside = len(titled) == 1 or (by_state.total() > by_sentence[sentence] and not is_named_elsewhere)
        if is_beside:
            yield members


def _is_singled_out(text: str, rows: Sequence[Named], members: range) -> bool:
    """Whether one State of a list stands alone behind it: "Chad, Niger and Mali (Chad)"."""
    if members.stop == len(rows):
        return False
    following = rows[members.stop]
    is_behind = _BRACKET.fullmatch(text, rows[members[-1]].end, following.start) is not None
    return is_behind and following.iso3 in {rows[place].iso3 for place in members}


def _before(text: str, one: Named) -> Tier:
    """How high a name may stand after the words before it; they hold for the whole list that it begins."""
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    if before.endswith(_FLIGHT):
        return Tier.PASSING
    if not before[-1:].isspace():
        return Tier.STRONG
    if _BACKERS.search(before):
        return Tier.NONE
    return Tier.PASSING if _PASSING.search(before) and not _INVASION.search(before) else Tier.STRONG


def _after(text: str, one: Named) -> Tier:
    """How high a name may stand before the words after it; they hold for the whole list that it ends."""
    is_passing = _DIPLOMACY.match(text, one.end) or _FROM_OUTSIDE.match(text, one.end)
    return Tier.PASSING if is_passing else Tier.STRONG


def _tier(text: str, one: Named, *, is_repeated: bool) -> Tier:
    if _COMPOUND.match(text, one.end) or (one.kind == "capital" and _PAPERS.match(text, one.end)):
        return Tier.NONE
    if one.kind == "demonym" and _is_no_people(text, one):
        return Tier.NONE
    if _is_dateline(text, one):
        return Tier.PASSING
    if one.kind == "demonym" and (_CULTURE.match(text, one.end) or _ENVOYS.match(text, one.end)):
        return Tier.PASSING
    if one.kind in ("capital", "group"):
        return Tier.WEAK
    return Tier.WEAK if one.kind == "demonym" and not is_repeated and _is_an_actor(text, one) else Tier.STRONG


def _is_dateline(text: str, one: Named) -> bool:
    if one.start == 0 or text[one.start - 1] == "\n":
        return _DATELINE.match(text, one.end) is not None
    return text[one.start - 1] == "(" and _DATED_FROM.match(text, one.end) is not None


def _is_no_people(text: str, one: Named) -> bool:
    """Whether it is part of a compound, or a language: "Anglo-French", "in French"."""
    if text[max(0, one.start - 2) : one.start][1:] == "-":
        return True
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    return before[-1:].isspace() and _LANGUAGE.search(before) is not None


def _is_an_actor(text: str, one: Named) -> bool:
    return _ACTORS.match(text, one.end) is not None
