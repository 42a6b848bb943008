"""The course of the index behind an alert, as its own snapshot has it: a sentence, and a picture that says the same."""

import dataclasses
import datetime as dt
import functools

from django.utils import formats, translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from alerts.messages import picture
from alerts.messages.languages import LEVELS
from indicators.models import Band, History, Snapshot

MONTHS = 24


@dataclasses.dataclass(frozen=True, slots=True)
class Trend:
    """Days and values of equal length, oldest first."""

    days: tuple[dt.date, ...]
    course: picture.Course

    def said(self) -> str:
        """In one sentence, in the language that is active; the same whether a mail program shows pictures or not."""
        known = [(day, value) for day, value in zip(self.days, self.course.index, strict=True) if value is not None]
        (first_day, first), (last_day, last) = known[0], known[-1]
        said = _("Index: %(first)s on %(first_day)s, %(last)s on %(last_day)s%(interval)s.") % {
            "first": _number(first),
            "first_day": first_day.isoformat(),
            "last": _number(last),
            "last_day": last_day.isoformat(),
            "interval": self._interval(),
        }
        unknown = len(self.days) - len(known)
        told = _(" Unknown in %(months)s of %(count)s months.") % {"months": unknown, "count": len(self.days)}
        return said + told if unknown else said

    def drawn(self) -> bytes:
        """The picture, its words in the language that is active."""
        return _drawn(self, translation.get_language() or "en")

    def _interval(self) -> str:
        low, high = self.course.low[-1], self.course.high[-1]
        if low is None or high is None:
            return ""
        return _(" (interval %(low)s–%(high)s)") % {"low": _number(low), "high": _number(high)}


def trend_of(snapshot: Snapshot) -> Trend | None:
    """None where the snapshot has no line, or nothing is known on it: there is nothing to draw then."""
    line = History.objects.filter(snapshot=snapshot, line=History.Line.HINDSIGHT).first()
    if line is None:
        return None
    days = tuple(line.days[-MONTHS - 1 :])
    index = tuple(
        value if share > 0 else None
        for value, share in zip(line.overall[-len(days) :], line.coverage[-len(days) :], strict=True)
    )
    if len(days) < 2 or index[-1] is None:
        return None
    band = _band(snapshot)
    known = [day in band and value is not None for day, value in zip(days, index, strict=True)]
    low, high = (
        tuple(band[day][end] if is_known else None for day, is_known in zip(days, known, strict=True)) for end in (0, 1)
    )
    return Trend(days, picture.Course(index, low, high, tuple(snapshot.method.parameters["up"])))


def _band(snapshot: Snapshot) -> dict[dt.date, tuple[float, float]]:
    rows = Band.objects.filter(snapshot=snapshot).values_list("days", "low", "high")
    found = {day: (low, high) for row in rows for day, low, high in zip(*row, strict=True)}
    if snapshot.interval_low is not None and snapshot.interval_high is not None:
        found[snapshot.as_of] = (snapshot.interval_low, snapshot.interval_high)
    return found


@functools.lru_cache(maxsize=64)
def _drawn(trend: Trend, language: str) -> bytes:
    """Drawn once for all mails of an alert in a language; equal values make equal bytes."""
    with translation.override(language):
        words = picture.Words(
            levels=tuple(_(LEVELS[level]) for level in sorted(LEVELS) if level),
            first=formats.date_format(trend.days[0], "N Y"),
            last=formats.date_format(trend.days[-1], "N Y"),
            now=_number(trend.course.index[-1] or 0),
            unknown=_("unknown"),
        )
    return picture.drawn(trend.course, words)


def _number(value: float) -> str:
    """Rounded first: Django's own format of a float cuts its decimals off."""
    return number_format(round(value, 1), decimal_pos=1)
