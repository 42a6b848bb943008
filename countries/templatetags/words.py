"""How levels, grades, coverage and changes are said: one place, so that every page says them alike."""

import datetime as dt
import enum
import functools
import re
from typing import Any
from urllib.parse import quote

import orjson
from django import template
from django.forms import BaseForm
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from countries.charts import in_points

register = template.Library()

DATA_POOR_BELOW = 0.2
ADEQUATE_FROM = 0.5
UNCHANGED_BELOW = 0.05  # points that print as 0.0
SMALLEST_SHOWN = 0.01  # of a measured number
_ISO_DAY = re.compile(r"(?<![\w-])[12]\d{3}-\d{2}-\d{2}(?![\w-])")
WHOLE_FROM = 100  # measured numbers from here on are shown without decimals


@register.simple_tag
def level(value: enum.Enum | None, big: object = False) -> SafeString:
    """The level's word on its step of the ramp; None is "not assessed"."""
    name, word = ("unassessed", _("not assessed")) if value is None else (value.name.lower(), _word(value))
    return format_html('<span class="level level-{}{}">{}</span>', name, " level-big" if big else "", word)


def _word(value: enum.Enum) -> str:
    """The pure levels of the arithmetic have no word of their own."""
    return str(getattr(value, "label", value.name))


@register.simple_tag
def grade(evidence: Any) -> SafeString:
    """A grade such as B2, with its words for a pointer and for a screen reader."""
    said = _("source %(source)s; statement %(statement)s") % {
        "source": _after_colon(evidence.get_reliability_display()),
        "statement": _after_colon(evidence.get_credibility_display()),
    }
    return format_html(
        '<span class="grade" title="{0}">{1}<span class="hidden-visually"> ({0})</span></span>', said, evidence.grade
    )


@register.simple_tag
def retracted(evidence: Any, known_on: dt.date | None = None) -> SafeString | str:
    """That a piece was retracted: "since" where it still counted for what was known on that day; empty where it stands.

    Without a day: of pieces that are shown because they counted then.
    """
    if evidence.retracted_at is None:
        return ""
    day = evidence.retracted_at.astimezone(dt.UTC).date()
    is_known = known_on is not None and day <= known_on
    said = _("retracted on %(day)s") if is_known else _("retracted since, on %(day)s")
    return format_html(' <span class="tag tag-bad">{}</span>', said % {"day": f"{day:%-d %B %Y}"})


def _after_colon(text: str) -> str:
    return text.partition(": ")[2] or text


@register.filter
def filters_set(form: BaseForm) -> int:
    """How many fields of a form of filters ask for something else than it shows by itself."""
    asked = ((form.data.get(name), field.initial) for name, field in form.fields.items())
    return sum(1 for value, usual in asked if value and value != str(usual))


@register.filter
def long_days(text: str) -> str:
    """A text with its days as pages write them: 2024-06-30 is 30 June 2024. What is no day stays."""
    return _ISO_DAY.sub(_in_long, text)


def _in_long(found: re.Match[str]) -> str:
    try:
        return f"{dt.date.fromisoformat(found[0]):%-d %B %Y}"
    except ValueError:
        return found[0]


@register.filter
def coverage_word(value: float | None) -> str:
    """How much of the Framework the evidence lets one judge; empty where nothing is known."""
    if value is None:
        return ""
    if value < DATA_POOR_BELOW:
        return _("data-poor")
    return _("partial") if value < ADEQUATE_FROM else _("adequate")


@register.filter
def hundredths(value: float | None) -> str:
    """A share from 0 to 1 as a whole number of 100."""
    return "" if value is None else str(round(100 * value))


@register.filter
def figure(value: float) -> str:
    """A measured number with the digits that a person can use, in whatever unit."""
    size, sign = abs(value), "−" if value < 0 else ""
    if 0 < size < SMALLEST_SHOWN:
        return (_("above −%(least)s") if sign else _("below %(least)s")) % {"least": SMALLEST_SHOWN}
    return sign + (f"{size:,.0f}" if size >= WHOLE_FROM else f"{size:.3g}")


@register.filter
def exact(value: float) -> str:
    """A parameter with every digit that was set, up to six."""
    return f"{value:,.6g}".replace("-", "−")


@register.filter
def share(value: float | None) -> float | None:
    """An index from 0 to 100 as a share from 0 to 1."""
    return None if value is None else value / 100


@functools.lru_cache(maxsize=256)  # a passage stands under every sign that it was coded for
def _in_paragraphs(text: str) -> SafeString:
    return linebreaks_filter(text)


@register.filter
def paragraphs(text: str) -> SafeString:
    """A passage as paragraphs."""
    return _in_paragraphs(text)


@register.filter
def words(name: str) -> str:
    """A machine's name as words: `war_crimes` is war crimes."""
    return name.replace("_", " ")


@register.filter
def amp(query: str) -> str:
    """A query string `?a=b` as `&a=b`, to follow another parameter."""
    return query.replace("?", "&", 1)


@register.filter
def signed(value: float | None) -> str:
    """A change with its sign, to one decimal, with a true minus."""
    if value is None:
        return ""
    if abs(value) < UNCHANGED_BELOW:
        return "0.0"
    return f"{value:+.1f}".replace("-", "−")


@register.simple_tag
def change(value: float | None) -> SafeString | str:
    """A change over 90 days: arrow, number and word; empty where it cannot be said."""
    if value is None:
        return ""
    if abs(value) < UNCHANGED_BELOW:
        return format_html('<span class="soft">{}</span>', _("no change"))
    arrow, word, side = ("↑", _("up"), "up") if value > 0 else ("↓", _("down"), "down")
    return format_html(
        '<span class="change-{}"><span aria-hidden="true">{}</span> {} {}</span>', side, arrow, signed(value), word
    )


_NUMBER = mark_safe(' class="num"')
_IN_SCRIPT = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@register.simple_tag
def figure_json(chart: Any) -> SafeString:
    """The figure's JSON as a data block that static/js/charts.js reads; nothing in it can end the element."""
    text = orjson.dumps(chart.figure).decode().translate(_IN_SCRIPT)
    return format_html(
        '<script type="application/json" id="{}-data">{}</script>',
        chart.key,
        mark_safe(text),  # noqa: S308  # the three characters that matter to HTML are escaped above
    )


@register.simple_tag
def chart_table(chart: Any) -> SafeString:
    """The chart's table twin; built here because a long line has thousands of cells."""
    heads = format_html_join(
        "", '<th scope="col"{}>{}</th>', ((_NUMBER if n else "", head) for n, head in enumerate(chart.columns))
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in chart.rows
    )
    return format_html(
        '<table class="numbers"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        heads,
        mark_safe(rows),  # noqa: S308  # every cell is escaped above
    )


@register.simple_tag
def chart_csv(chart: Any) -> SafeString:
    """A link to the chart's table twin as a CSV file; the file is in the link."""
    return format_html(
        '<a class="chart-file" download="{}.csv" href="data:text/csv;charset=utf-8,{}">CSV'
        '<span class="hidden-visually">: {}</span></a>',
        chart.file_name,
        quote(chart.csv),
        chart.title,
    )


@register.filter
def at(found: dict[Any, Any], key: object) -> object:
    """What stands under the key; None where nothing does."""
    return found.get(key)


@register.filter
def people(count: int | None) -> str:
    """A population as a person says it: 54 million, 920,000."""
    if count is None:
        return ""
    million = 1_000_000
    if count >= 10 * million:
        return _("%(millions)s million") % {"millions": f"{round(count / million):,}"}
    if count >= million:
        return _("%(millions)s million") % {"millions": f"{count / million:.1f}"}
    return f"{round(count, -3) if count >= 10_000 else count:,}"


@register.simple_tag
def bar(share: float | None, kind: str = "") -> SafeString | str:
    """A bar from 0 to 1 as SVG (no style attribute); its number always stands beside it in words."""
    if share is None:
        return ""
    width = round(100 * max(0.0, min(1.0, share)), 1)
    return format_html(
        '<svg class="bar{}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-room" width="100" height="8"/><rect class="bar-part" width="{}" height="8"/></svg>',
        f" bar-{kind}" if kind else "",
        width,
    )


@register.simple_tag
def points_bar(tenths: int, low: int, high: int) -> SafeString | str:
    """A bar of points, to the right of its zero or to the left, on a scale that all rows of a table share.

    All three in tenths of a point, `low` <= 0 <= `high`; the number always stands beside it in words.
    """
    room = high - low
    if room <= 0:
        return ""
    left, right = sorted((-low, tenths - low))
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="{}" x="{}" width="{}" height="8"/><rect class="bar-zero" x="{}" width="0.4" height="8"/></svg>',
        "bar-part" if tenths >= 0 else "bar-down",
        round(100 * left / room, 1),
        round(100 * (right - left) / room, 1),
        round(max(0.0, 100 * -low / room - 0.2), 1),
    )


@register.filter
def tenths(value: int) -> str:
    """Tenths of a point as points, with a true minus: −0.3."""
    return in_points(value)


@register.filter
def signed_tenths(value: int) -> str:
    """The same with its sign: +0.3."""
    return in_points(value, sign=True)


@register.filter
def fall(value: int) -> str:
    """Tenths by which something fell, without the sign: the words beside it say that it fell."""
    return in_points(abs(value))


@register.simple_tag
def interval_bar(value: float, interval: tuple[float, float]) -> SafeString:
    """Where an index and its interval lie between 0 and 100; the figures always stand beside it in words."""
    low, high = interval
    return format_html(
        '<svg class="bar interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-room" y="3" width="100" height="2"/><rect class="bar-band" x="{}" width="{}" height="8"/>'
        '<rect class="bar-part" x="{}" width="1" height="8"/></svg>',
        round(low, 1),
        round(max(high - low, 0.5), 1),
        round(min(max(value - 0.5, 0.0), 99.0), 1),
    )
