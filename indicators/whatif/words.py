"""A change in words, for the list that lets a reader undo it."""

from collections.abc import Mapping

from indicators.models import Evidence, SeriesDefinition, SeriesValue
from indicators.whatif.changes import Change, LeftOut, MadeUp, Regraded, Revalued, written

RAISES, MITIGATES = "raises risk", "mitigates risk"


def said(change: Change, pieces: Mapping[int, Evidence], values: Mapping[int, SeriesValue]) -> str:
    """What is otherwise, from what it was to what it is made; `pieces` and `values` are those of the reader."""
    if isinstance(change, MadeUp):
        about = f"made-up piece on {change.indicator}: grade {change.grade}, severity {change.severity}, "
        about += f"{direction(change.polarity)}, {change.event_on}, found by {change.family}"
        return f"{about}, event “{change.event}”" if change.event else about
    if isinstance(change, Regraded):
        row = pieces[change.evidence]
        return f"evidence {row.pk} on {row.indicator.code}: {'; '.join(_moved(change, row))}"
    if isinstance(change, LeftOut):
        return f"evidence {change.evidence} on {pieces[change.evidence].indicator.code}: left out"
    value = values[change.series]
    about = f"{value.definition.title}, {value.period_end}: "
    if isinstance(change, Revalued):
        return f"{about}{written(value.value)} → {written(change.value)} {unit_of(value.definition)}"
    return f"{about}{written(value.value)} left out"


def _moved(change: Regraded, row: Evidence) -> list[str]:
    pairs = (
        ("grade", row.grade, change.grade),
        ("severity", row.severity, change.severity),
        ("direction", direction(row.polarity), "" if change.polarity is None else direction(change.polarity)),
        ("event day", row.event_on, change.event_on),
    )
    moved = [f"{name} {was} → {now}" for name, was, now in pairs if now not in {None, "", was}]
    return moved or ["graded as it is"]


def direction(polarity: int) -> str:
    """Which way a piece points."""
    return RAISES if polarity > 0 else MITIGATES


def unit_of(definition: SeriesDefinition) -> str:
    """The unit without its explanation."""
    return definition.unit.partition(", ")[0]
