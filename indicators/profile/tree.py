"""The index taken apart: factor, indicator, event, source family, with ageing and mitigation as rows of their own."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from django.utils.translation import gettext

from countries.charts import in_points
from indicators.models import Evidence, SeriesValue
from indicators.profile.reading import Reading
from indicators.profile.reasons import attesting, latest_series, pieces_of
from indicators.scoring.apportion import apportioned, tenths_of
from indicators.scoring.breakdown import BreakdownRow, breakdown

Kind = Literal["index", "factor", "indicator", "event", "family", "series", "aged", "mitigation", "withheld"]


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """One row of the tree. The points and the printed tenths of its children add up to its own."""

    kind: Kind
    name: str  # factor's number, indicator's code, event's name, family's slug
    title: str
    points: float  # exact
    tenths: int = 0  # as printed
    evidence: Evidence | None = None  # a family's attestation that the reader may see
    counted_with: str = ""  # name of the body with which it counts as one source
    pieces: int = 1  # of evidence by this family that the reader may see: however many, they count once
    series: SeriesValue | None = None
    children: tuple["Node", ...] = ()

    @property
    def printed(self) -> str:
        """To one decimal, with a true minus."""
        return in_points(self.tenths)

    @property
    def is_alone(self) -> bool:
        """Whether one family alone stands under the event: both are told in one row."""
        return self.kind == "event" and len(self.children) == 1


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """A row that nothing stands under, with the way to it."""

    factor: int
    indicator: str
    indicator_label: str
    node: Node
    event: str  # empty where there is none, or where it may not be seen


def tree_of(reading: Reading) -> Node:
    """The index of a country that is assessed, as the reader may see it."""
    inputs, method = reading.inputs, reading.method
    given = (inputs.evidence, inputs.series, method.catalogue, method.parameters)
    rows = breakdown(*given, 0, reading.day, reading.known_on)
    factors = _factors(rows, reading)
    total = math.fsum(row.points for row in rows)
    return _printed(Node("index", "", "Index", total, children=factors), tenths_of(total))


def leaves(tree: Node) -> Iterator[Leaf]:
    """Every row that adds points, in the order of the tree."""
    for factor in tree.children:
        for indicator in factor.children:
            for child in indicator.children:
                event = child.name if child.kind == "event" else ""
                for node in child.children or (child,):
                    yield Leaf(int(factor.name), indicator.name, indicator.title, node, event)


def _factors(rows: Sequence[BreakdownRow], reading: Reading) -> tuple[Node, ...]:
    titles = {str(row.factor.number): row.factor.title for row in reading.indicators}
    found = []
    for number, mine in groupby(rows, key=lambda row: row.factor):
        children = _indicators(list(mine), reading)
        found.append(_over("factor", str(number), titles[str(number)], children))
    return tuple(found)


def _indicators(rows: Sequence[BreakdownRow], reading: Reading) -> tuple[Node, ...]:
    labels = {row.code: row.label for row in reading.indicators}
    named, measured, pieces = attesting(reading), latest_series(reading), pieces_of(reading)
    found = []
    for code, mine in groupby(rows, key=lambda row: row.indicator):
        nodes = [(row, _leaf(row, reading, named, measured, pieces)) for row in mine]
        seen = [(row, node) for row, node in nodes if node.kind != "withheld"]
        hidden = [node for _, node in nodes if node.kind == "withheld"]
        children = (*_events(seen), *(node for _, node in seen if node.kind != "family"), *_together(hidden))
        found.append(_over("indicator", code, labels[code], children))
    return tuple(found)


def _leaf(
    row: BreakdownRow,
    reading: Reading,
    named: dict[tuple[str, str, str], Evidence],
    measured: dict[str, SeriesValue],
    pieces: Mapping[tuple[str, str, str], int],
) -> Node:
    if row.kind == "event":
        evidence = named.get((row.indicator, row.ref, row.family))
        if evidence is not None and evidence.is_visible:
            body, counted_with = evidence.family, reading.counted_with(evidence)
            count = pieces[row.indicator, row.ref, row.family]
            return Node(
                "family", body.slug, body.name, row.points, evidence=evidence, counted_with=counted_with, pieces=count
            )
        return _hidden(row.points)
    if row.kind == "series":
        value = measured.get(row.indicator)
        if value is not None and reading.may_see(value):
            return Node("series", value.definition.slug, value.definition.title, row.points, series=value)
        return _hidden(row.points)
    title = gettext("Ageing takes off") if row.kind == "aged" else gettext("What mitigates takes off")
    return Node(row.kind, "", title, row.points)


def _hidden(points: float) -> Node:
    return Node("withheld", "", gettext("Not shown to you"), points)


def _events(seen: Sequence[tuple[BreakdownRow, Node]]) -> Iterator[Node]:
    """The events, largest first."""
    found: dict[str, list[Node]] = {}
    for row, node in seen:
        if node.kind == "family":
            found.setdefault(row.ref, []).append(node)
    nodes = [_over("event", ref, _told(families), tuple(families)) for ref, families in found.items()]
    yield from sorted(nodes, key=lambda node: -node.points)


def _told(families: Sequence[Node]) -> str:
    """The event in the words of its largest family."""
    return next((node.evidence.in_words for node in families if node.evidence), "")


def _together(hidden: Sequence[Node]) -> Iterator[Node]:
    """One row for all that may not be seen of an indicator: its number of pieces is not told here."""
    if hidden:
        yield _hidden(math.fsum(node.points for node in hidden))


def _over(kind: Kind, name: str, title: str, children: tuple[Node, ...]) -> Node:
    return Node(kind, name, title, math.fsum(node.points for node in children), children=children)


def _printed(node: Node, tenths: int) -> Node:
    """The node printed so, and what stands under it so that it adds up."""
    shares = apportioned(tenths, [child.points for child in node.children])
    children = tuple(_printed(child, share) for child, share in zip(node.children, shares, strict=True))
    return dataclasses.replace(node, tenths=tenths, children=children)
