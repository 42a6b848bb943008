"""The named events of a country that a reader may see, as marks along its history."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from indicators.history_marks import Mark
from indicators.models import Evidence
from indicators.profile.reading import Reading

GRAVEST = 4  # severity: an event is marked where evidence of a risk reaches it


def event_marks(reading: Reading) -> tuple[Mark, ...]:
    """Each named event with visible evidence of the gravest severity, on the first day that visible evidence gives it.

    Called by the sign that most of that evidence is on; `href` leads to its factor on the country's page.
    """
    rows: dict[str, list[Evidence]] = defaultdict(list)
    for row in reading.evidence:
        name = reading.event_of(row)
        if name and row.is_visible and row.polarity == Evidence.Polarity.RISK:
            rows[name].append(row)
    return tuple(_mark(name, own) for name, own in rows.items() if max(row.severity for row in own) >= GRAVEST)


def _mark(name: str, rows: Sequence[Evidence]) -> Mark:
    signs = Counter(row.indicator for row in rows if row.severity >= GRAVEST)
    sign = min(signs, key=lambda indicator: (-signs[indicator], indicator.order))
    count = f"{len(rows)} piece{'' if len(rows) == 1 else 's'} of evidence"
    day = min(row.event_on for row in rows)
    return Mark(day, "event", f"{sign.label} ({count}, event {name})", f"#factor-{sign.factor.number}")
