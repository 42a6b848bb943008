"""The two moments of a request for a change, as pages and the API read them."""

from django.http import QueryDict

from indicators.profile import Moment, Span
from r2p_dashboard.clock import AsOf, day_asked


def span_asked(query: QueryDict, moment: AsOf) -> Span:
    """The two moments of a request for a change; left out: the 90 days up to `moment`, as known on each day.

    `?from=` sets the first day and, unless `?from_known_at=` is given, its day of knowledge, as `?as_of=` does for the
    second. `?corrected_by=` leaves out at the second moment what was retracted by that day; the view without a date is
    corrected by today. Raises clock.AsOfError, profile.OrderError.
    """
    current = Span.of_change(moment.day, moment.known_on)
    after, corrected_by = current.after, current.corrected_by
    if query.get("as_of") or query.get("known_at"):
        after, corrected_by = Moment(moment.day, moment.known_on), None
    if corrected := query.get("corrected_by"):
        asked = day_asked("corrected_by", corrected)
        corrected_by = asked if asked > after.known_on else None  # nothing more than the second moment knows itself
    usual = Span.of_change(after.day, after.known_on).before
    day, known = query.get("from", ""), query.get("from_known_at", "")
    if not day and not known:
        return Span(usual, after, corrected_by)
    first = day_asked("from", day) if day else usual.day
    return Span(Moment(first, day_asked("from_known_at", known) if known else first), after, corrected_by)
