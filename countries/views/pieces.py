"""Evidence as a person reads it: statements with their dates, under their indicators or under their passages."""

import dataclasses
from collections.abc import Collection, Iterable, Sequence

from indicators.models import Evidence, SeriesValue
from indicators.profile import FactorView, IndicatorView
from reports.models import Passage

NEWEST = 5  # pieces of an indicator that its factor opens with; the country's list of evidence has them all


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """One statement on one indicator: the same passage and event, with every date on which it is attested."""

    evidence: Evidence  # the newest attestation
    attested: tuple[Evidence, ...]  # oldest first
    is_repeated: bool = False  # its passage stands already further up in the same factor


@dataclasses.dataclass(frozen=True, slots=True)
class IndicatorBlock:
    """An indicator with its evidence as a person reads it."""

    view: IndicatorView
    pieces: tuple[Piece, ...]
    numbers: tuple[SeriesValue, ...]  # the latest of each series
    pieces_count: int  # of which `pieces` are the newest, and those that a reason names


@dataclasses.dataclass(frozen=True, slots=True)
class FactorBlock:
    """A factor with the indicators that have something, and those that have nothing."""

    view: FactorView
    assessed: tuple[IndicatorBlock, ...]
    unassessed: tuple[IndicatorView, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Quoted:
    """A passage once, with everything it was coded for."""

    passage: Passage
    pieces: tuple[Piece, ...]


def pieces(evidence: Iterable[Evidence]) -> list[Piece]:
    """Attestations of one event by one passage on one indicator taken together; newest event first."""
    found: dict[tuple[object, ...], list[Evidence]] = {}
    for one in evidence:
        found.setdefault(_same(one), []).append(one)
    together = [sorted(rows, key=lambda row: (row.event_on, row.pk)) for rows in found.values()]
    together.sort(key=lambda rows: (rows[-1].event_on, rows[-1].pk), reverse=True)
    return [Piece(evidence=rows[-1], attested=tuple(rows)) for rows in together]


def _same(one: Evidence) -> tuple[object, ...]:
    said = (one.passage_id, one.indicator_id, one.polarity, one.severity, one.family_id, one.grade, one.retracted_at)
    return (*said, one.event_key or one.pk)


def factor_block(factor: FactorView, named: Collection[int] = ()) -> FactorBlock:
    """The factor's indicators; a passage is open where it first stands, closed where it comes again.

    Of each indicator the newest pieces, and those with evidence that is `named`: the ids that reasons lead to.
    """
    quoted_here: set[int] = set()
    blocks = []
    for indicator in factor.indicators:
        if not (indicator.assessed or indicator.evidence or indicator.series or indicator.withheld):
            continue
        every = pieces(indicator.evidence)
        marked = []
        for piece in _shown(every, named):
            passage = piece.evidence.passage_id
            marked.append(dataclasses.replace(piece, is_repeated=passage in quoted_here))
            quoted_here.add(passage)
        blocks.append(IndicatorBlock(indicator, tuple(marked), latest(indicator.series), len(every)))
    with_something = {block.view.code for block in blocks}
    rest = tuple(indicator for indicator in factor.indicators if indicator.code not in with_something)
    return FactorBlock(factor, tuple(blocks), rest)


def _shown(every: Sequence[Piece], named: Collection[int]) -> list[Piece]:
    return [
        piece
        for place, piece in enumerate(every)
        if place < NEWEST or any(evidence.pk in named for evidence in piece.attested)
    ]


def latest(series: Iterable[SeriesValue]) -> tuple[SeriesValue, ...]:
    """Of each series, territory and standing in the score the value of the latest period."""
    found: dict[tuple[object, ...], SeriesValue] = {}
    for value in sorted(series, key=lambda value: (value.period_end, value.known_at), reverse=True):
        found.setdefault((value.definition_id, value.territory, value.is_scored), value)
    return tuple(found.values())


def quoted(evidence: Sequence[Evidence]) -> list[Quoted]:
    """Each passage once, in the order of its newest event, with its pieces in the catalogue's order."""
    found: dict[int, list[Evidence]] = {}
    for one in evidence:
        found.setdefault(one.passage_id, []).append(one)
    return [
        Quoted(rows[0].passage, tuple(sorted(pieces(rows), key=lambda piece: piece.evidence.indicator.order)))
        for rows in found.values()
    ]
