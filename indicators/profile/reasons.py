"""Contributions as reasons that a reader can follow, with nothing that the reader may not see."""

from collections import Counter
from collections.abc import Sequence

from indicators.models import Evidence, SeriesValue
from indicators.profile.reading import Reading
from indicators.profile.values import Reason
from indicators.scoring.contributions import Contribution, printed
from indicators.scoring.days import week_name


def reasons_of(rows: Sequence[Contribution], reading: Reading) -> tuple[Reason, ...]:
    """Every contribution, points descending, printed so that the column adds up; nothing that may not be seen."""
    labels = {row.code: row.label for row in reading.indicators}
    named = attesting(reading)
    measured = latest_series(reading)
    ordered = sorted(rows, key=lambda row: -row.points)
    texts = [f"{value:.1f}" for value in printed([row.points for row in ordered])]
    found = []
    for row, text in zip(ordered, texts, strict=True):
        evidence = named.get((row.indicator, row.ref, row.family)) if row.kind == "event" else None
        value = measured.get(row.indicator) if row.kind == "series" else None
        is_withheld = not (
            row.kind == "mitigation" or (evidence and evidence.is_visible) or (value and reading.may_see(value))
        )
        found.append(
            Reason(
                kind="withheld" if is_withheld else row.kind,
                indicator_code=row.indicator,
                indicator_label=labels[row.indicator],
                factor=row.factor,
                points=row.points,
                printed=text,
                family=evidence.family.name if evidence and not is_withheld else "",
                counted_with=reading.counted_with(evidence) if evidence and not is_withheld else "",
                event_key="" if is_withheld else row.ref,
                evidence=None if is_withheld else evidence,
                series=None if is_withheld else value,
            )
        )
    return tuple(found)


def attesting(reading: Reading) -> dict[tuple[str, str, str], Evidence]:
    """Of each event and family the row that a reader should see: visible first, then the strongest, then the latest."""
    rows = [row for row in reading.counted if row.polarity == Evidence.Polarity.RISK]
    rows.sort(key=lambda row: (row.is_visible, row.severity, row.event_on, row.pk))
    return {(row.indicator.code, event_ref(row, reading), reading.family_of(row)): row for row in rows}


def pieces_of(reading: Reading) -> Counter[tuple[str, str, str]]:
    """How many pieces of an event, of one family, the reader may see: together they count once."""
    risk = [row for row in reading.counted if row.polarity == Evidence.Polarity.RISK]
    rows = [row for row in risk if row.severity > 0 and row.is_visible]
    return Counter((row.indicator.code, event_ref(row, reading), reading.family_of(row)) for row in rows)


def event_ref(row: Evidence, reading: Reading) -> str:
    """The name under which the arithmetic knows the row's event (scoring.md §4)."""
    return reading.event_of(row) or f"~{row.indicator.code}|{row.admin1}|{week_name(row.event_on.toordinal())}"


def latest_series(reading: Reading) -> dict[str, SeriesValue]:
    """Of each indicator the value of a series that counts."""
    scored = [row for row in reading.series if row.is_scored]
    scored.sort(key=lambda row: (row.period_end, row.known_at))
    return {row.definition.indicator_code: row for row in scored}
