"""What can be done about a country now: measures that address its weightiest risk factors, and the levers that come."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from alerts.models import Lever, Measure
from alerts.situations.levers import next_levers
from alerts.situations.measures import SOURCE

FACTORS = 3  # the weightiest; what they need comes first
EACH = 2  # measures for one factor
TIMELY = [Measure.Timing.EMERGING, Measure.Timing.ONGOING]  # what belongs to a risk that shows
SAID = 2  # measures, and levers, in the text of an alert: a mail has 250 words
LEVERS = 6  # on a page; the calendar has them all


@dataclass(frozen=True, slots=True)
class Addressing:
    """A measure with those of the leading risk factors that it addresses, and when it belongs, in words."""

    measure: Measure
    factors: tuple[int, ...]
    timings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CanBeDone:
    """Measures by the weight of the factors they address, and the next levers."""

    measures: tuple[Addressing, ...]
    levers: tuple[Lever, ...]


def can_be_done(leading: Sequence[int], *, country_id: int, situation_id: int | None, day: dt.date) -> CanBeDone:
    """For the risk factors named, the weightiest first; two queries."""
    levers = next_levers(countries=[country_id], situation_id=situation_id, day=day, count=LEVERS)
    return CanBeDone(measures_for(leading[:FACTORS]), tuple(levers))


def measures_for(factors: Sequence[int]) -> tuple[Addressing, ...]:
    """The catalogue's first few for each factor in turn; milder forms stand before harder ones. No query for none."""
    if not factors:
        return ()
    rows = Measure.objects.filter(is_offered=True, factors__overlap=list(factors), timings__overlap=TIMELY)
    known = list(rows.order_by("order"))
    chosen: dict[int, Measure] = {}
    for _ in range(EACH):
        for factor in factors:
            fitting = (one for one in known if factor in one.factors and one.pk not in chosen)
            if (found := next(fitting, None)) is not None:
                chosen[found.pk] = found
    return tuple(_addressing(measure, factors) for measure in chosen.values())


def _addressing(measure: Measure, factors: Sequence[int]) -> Addressing:
    named = tuple(str(Measure.Timing(timing).label) for timing in measure.timings)
    return Addressing(measure, tuple(factor for factor in factors if factor in measure.factors), named)


def in_few_words(leading: Sequence[int], *, country_id: int, day: dt.date) -> str:
    """The same for the text of an alert."""
    return said(can_be_done(leading, country_id=country_id, situation_id=None, day=day))


def said(options: CanBeDone) -> str:
    """In the few words that an alert has for it; it is no advice for one country."""
    kinds = [_told(one.measure) for one in options.measures[:SAID]]
    text = f"From the Secretary-General’s report {SOURCE}: {'; '.join(kinds)}." if kinds else ""
    dates = [f"{lever.title} ({lever.when})" for lever in options.levers[:SAID]]
    return (
        (gettext("%(text)s Dates to use: %(dates)s.") % {"text": text, "dates": "; ".join(dates)}).strip()
        if dates
        else text or gettext("No measure is on record.")
    )


def names(text: str, measure: Measure) -> bool:
    """Whether the text of an alert names the measure."""
    return _told(measure) in text


def _told(measure: Measure) -> str:
    return f"{_small(measure.title)} ({measure.paragraphs})"


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
