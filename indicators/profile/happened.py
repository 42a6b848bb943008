"""The named events of a country that a reader may see, as marks along its history."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.history_marks import Mark
from indicators.models import Evidence
from indicators.profile.reading import Reading

GRAVEST = 4  # severity: an event is marked where evidence of a risk reaches it


def event_marks(reading: Reading) -> tuple[Mark, ...]:
    """Each named event with visible evidence of the gravest severity, on the first day that visible evidence gives it.

    Called by the sign that most of that evidence is on and by its place, since its name is a key of coders; `href`
    leads to its factor on the country's page.
    """
    rows: dict[str, list[Evidence]] = defaultdict(list)
    for row in reading.evidence:
        name = reading.event_of(row)
        if name and row.is_visible and row.polarity == Evidence.Polarity.RISK:
            rows[name].append(row)
    return tuple(_mark(own) for own in rows.values() if max(row.severity for row in own) >= GRAVEST)


def _mark(rows: Sequence[Evidence]) -> Mark:
    signs = Counter(row.indicator for row in rows if row.severity >= GRAVEST)
    sign = min(signs, key=lambda indicator: (-signs[indicator], indicator.order))
    return Mark(
        day=min(row.event_on for row in rows),
        kind="event",
        words=f"{_where(sign.label, rows)} ({_how_much(rows)})",
        href=f"#factor-{sign.factor.number}",
    )


def _where(sign: str, rows: Sequence[Evidence]) -> str:
    areas = sorted({row.admin1 for row in rows if row.admin1})
    said = {"sign": sign, "area": areas[0] if areas else "", "other": areas[-1] if areas else ""}
    if len(areas) == 1:
        return _("%(sign)s, in %(area)s") % said
    return _("%(sign)s, in %(area)s and %(other)s") % said if len(areas) == 2 else sign


def _how_much(rows: Sequence[Evidence]) -> str:
    first, last = min(row.event_on for row in rows), max(row.event_on for row in rows)
    said = {"count": len(rows), "day": date_format(last, "j F Y")}
    if first == last:
        return ngettext("%(count)d piece of evidence", "%(count)d pieces of evidence", len(rows)) % said
    return _("%(count)d pieces of evidence, the last of %(day)s") % said
