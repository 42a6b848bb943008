"""A change in words, for the list that lets a reader undo it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from indicators.models import Evidence, SeriesDefinition, SeriesValue
from indicators.whatif.changes import Change, LeftOut, MadeUp, Regraded, Revalued, written

RAISES, MITIGATES = gettext_noop("raises risk"), gettext_noop("mitigates risk")


def said(change: Change, pieces: Mapping[int, Evidence], values: Mapping[int, SeriesValue]) -> str:
    """What is otherwise, from what it was to what it is made; `pieces` and `values` are those of the reader."""
    if isinstance(change, MadeUp):
        return _made_up(change)
    if isinstance(change, Regraded):
        row = pieces[change.evidence]
        named = {"number": row.pk, "code": row.indicator.code, "changes": "; ".join(_moved(change, row))}
        return _("evidence %(number)d on %(code)s: %(changes)s") % named
    if isinstance(change, LeftOut):
        named = {"number": change.evidence, "code": pieces[change.evidence].indicator.code}
        return _("evidence %(number)d on %(code)s: left out") % named
    value = values[change.series]
    named = {"series": value.definition.title, "day": value.period_end, "was": written(value.value)}
    if isinstance(change, Revalued):
        named |= {"now": written(change.value), "unit": unit_of(value.definition)}
        return _("%(series)s, %(day)s: %(was)s → %(now)s %(unit)s") % named
    return _("%(series)s, %(day)s: %(was)s left out") % named


def _made_up(change: MadeUp) -> str:
    named = {
        "code": change.indicator,
        "grade": change.grade,
        "severity": change.severity,
        "direction": direction(change.polarity),
        "day": change.event_on,
        "family": change.family,
        "event": change.event,
    }
    if change.event:
        return (
            _(
                "made-up piece on %(code)s: grade %(grade)s, severity %(severity)s, %(direction)s, %(day)s, "
                "found by %(family)s, event “%(event)s”"
            )
            % named
        )
    return (
        _(
            "made-up piece on %(code)s: grade %(grade)s, severity %(severity)s, %(direction)s, %(day)s, "
            "found by %(family)s"
        )
        % named
    )


def _moved(change: Regraded, row: Evidence) -> list[str]:
    pairs = (
        (_("grade %(was)s → %(now)s"), row.grade, change.grade),
        (_("severity %(was)s → %(now)s"), row.severity, change.severity),
        (
            _("direction %(was)s → %(now)s"),
            direction(row.polarity),
            "" if change.polarity is None else direction(change.polarity),
        ),
        (_("event day %(was)s → %(now)s"), row.event_on, change.event_on),
    )
    moved = [said % {"was": was, "now": now} for said, was, now in pairs if now not in {None, "", was}]
    return moved or [_("graded as it is")]


def direction(polarity: int) -> str:
    """Which way a piece points."""
    return _(RAISES if polarity > 0 else MITIGATES)


def unit_of(definition: SeriesDefinition) -> str:
    """The unit without its explanation."""
    return definition.unit.partition(", ")[0]
