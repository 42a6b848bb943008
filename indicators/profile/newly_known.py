"""Events that became known lately, and of them nothing that a reader may not see."""

from collections import defaultdict

from indicators.models import Evidence
from indicators.profile.reading import Reading
from indicators.profile.reasons import event_ref
from indicators.profile.values import NewEvent, NewEvents
from indicators.scoring.flags import new_findings


def new_events_of(reading: Reading) -> NewEvents:
    """The flag "new events" of the shown score (docs/methodology.md, chapter 11)."""
    if reading.score is None:
        return NewEvents((), 0)
    parameters = reading.method.parameters
    found = new_findings(reading.inputs.evidence, parameters, 0, reading.day, reading.known_on)
    rows: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for row in reading.counted:
        if row.is_visible and row.severity > 0 and row.polarity == Evidence.Polarity.RISK:
            rows[row.indicator.code, event_ref(row, reading)].append(row)
    shown = [_event(rows[key], reading) for key in found if key in rows]
    return NewEvents(tuple(shown), len(found) - len(shown))


def _event(rows: list[Evidence], reading: Reading) -> NewEvent:
    first = rows[0]
    return NewEvent(first.indicator.code, first.indicator.label, reading.event_of(first), tuple(rows))
