"""The two moments of a request for a change, as pages and the API read them."""

from django.http import QueryDict

from indicators.profile import Moment, Span
from r2p_dashboard.clock import AsOf, day_asked


def span_asked(query: QueryDict, moment: AsOf) -> Span:
    """The two moments of a request for a change; left out: the 90 days up to `moment`, as known on each day.

    `?from=` sets the first day and, unless `?from_known_at=` is given, its day of knowledge, as `?as_of=` does for the
    second. Raises clock.AsOfError, profile.OrderError.
    """
    after = Span.of_change(moment.day, moment.known_on).after
    if query.get("as_of") or query.get("known_at"):
        after = Moment(moment.day, moment.known_on)
    usual = Span.of_change(after.day, after.known_on).before
    day, known = query.get("from", ""), query.get("from_known_at", "")
    if not day and not known:
        return Span(usual, after)
    first = day_asked("from", day) if day else usual.day
    return Span(Moment(first, day_asked("from_known_at", known) if known else first), after)
