"""Where there is evidence on an indicator or a factor: a map and its table. Pure: values in, plain dicts out."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from countries.charts import (
    DASH,
    FAINT,
    LAND,
    LEVEL_COLOURS,
    LINE,
    LINE_2,
    LINES_MAX,
    NOT_ASSESSED,
    NOT_SHOWN,
    Chart,
    Figure,
    Place,
    areas,
    dots,
    land,
    map_layout,
)

NONE = gettext_noop("nothing that you may see")
NOTE = gettext_lazy(
    "A colour says which way the accepted evidence points, not how much risk there is: much is written about"
    " some countries and little about others. The palest areas have nothing that you may see: nobody has"
    " looked, or it is not shown to you, which is not the same as absent. A dot stands for a State too small"
    " to see. Lines and names are no statement on borders or on any status. The plot cannot be walked by"
    " keyboard; its table says the same."
)


class Says(enum.StrEnum):
    """What the evidence of a country says of a sign, or of any of a factor's: keys in English."""

    RISK = gettext_noop("it is there")
    BOTH = gettext_noop("both ways")
    AGAINST = gettext_noop("only against it")
    NUMBERS = gettext_noop("only a series of numbers")


COLOURS = {Says.RISK: LINE, Says.BOTH: LINE_2, Says.NUMBERS: NOT_SHOWN, Says.AGAINST: FAINT}  # darkest first


@dataclasses.dataclass(frozen=True, slots=True)
class Spot:
    """A country with evidence or numbers; counts are of pieces of evidence that the reader may see."""

    iso3: str
    name: str
    says: Says
    present: int
    against: int
    newest: dt.date | None  # day of the newest event, or end of the newest number's period


def where_map(
    spots: Sequence[Spot],
    others: Mapping[str, str],
    *,
    subject: str,
    points: Mapping[str, tuple[float, float]],
    neutral: Sequence[str],
    geometry: str,
    day: dt.date,
    source: str,
) -> Chart:
    """The map; `others` are the names of the countries without anything, by code. `subject` is what it is about.

    `geometry` is the address of the GeoJSON whose feature ids are the codes and those of `neutral`.
    """
    traces = [areas(land(neutral), gettext_noop("no State of the table"), LAND, geometry, hover=False)]
    blank = [Place(iso3, name, NONE, f"{escape(name)}: {_(NONE)}") for iso3, name in others.items()]
    layers = [(NONE, LEVEL_COLOURS[NOT_ASSESSED], blank)]
    layers += [
        (says, colour, [_place(spot) for spot in spots if spot.says is says]) for says, colour in COLOURS.items()
    ]
    traces += [areas(places, str(name), colour, geometry) for name, colour, places in layers if places]
    for name, colour, places in layers:
        small = [place for place in places if place.iso3 in points]
        traces += [dots(small, str(name), colour, points)] if small else []
    return Chart(
        key="where",
        title=_("Where there is evidence on %(subject)s, %(day)s")
        % {"subject": subject, "day": format(day, "%-d %B %Y")},
        unit=_("What the evidence says, country by country; no strength and no level"),
        source=source,
        note=str(NOTE),
        alt=_alt(spots, subject, day),
        figure=_figure(traces) if spots else {},
        columns=(_("Country"), _("What it says"), _("For it"), _("Against it"), _("Newest")),
        rows=tuple(_row(spot) for spot in spots),
    )


def _figure(traces: Sequence[Figure]) -> Figure:
    return {"data": list(traces), "layout": map_layout()}


def _place(spot: Spot) -> Place:
    said = f"{escape(spot.name)}: {_(spot.says)}"
    if spot.says is not Says.NUMBERS:
        counted = _("%(present)d for it, %(against)d against it, newest %(day)s")
        said += "<br>" + counted % {"present": spot.present, "against": spot.against, "day": spot.newest}
    return Place(spot.iso3, spot.name, spot.says, said)


def _row(spot: Spot) -> tuple[str, ...]:
    newest = DASH if spot.newest is None else spot.newest.isoformat()
    return (spot.name, _(spot.says), str(spot.present), str(spot.against), newest)


def _alt(spots: Sequence[Spot], subject: str, day: dt.date) -> str:
    """Every kind with its countries, or their number where they are many."""
    if not spots:
        return _("Nothing on %(subject)s that you may see counts on %(day)s. That means: not assessed, not absent.") % {
            "subject": subject,
            "day": day,
        }
    parts = []
    for says in COLOURS:
        names = [spot.name for spot in spots if spot.says is says]
        if names:
            parts.append(f"{_(says)}: {', '.join(names) if len(names) <= LINES_MAX else len(names)}")
    return (
        _("World map of the evidence on %(subject)s on %(day)s. ") % {"subject": subject, "day": day}
        + "; ".join(parts)
        + "."
    )
