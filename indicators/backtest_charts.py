"""Figures of a back-test. Pure: a stored result in, plain dicts for Plotly out; no plotly import, no Django."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from countries.charts import GRID, LINE, LINE_2, SOFT, Chart, Figure, layout
from indicators.backtest.printed import NAMES, number

Points = Sequence[Sequence[float]]
STYLES: dict[str, Figure] = {
    "index": {"color": LINE, "width": 2.5, "dash": "solid"},
    "decayed": {"color": LINE_2, "width": 1.75, "dash": "dash"},
}


def roc(result: Mapping[str, Any], *, source: str) -> Chart:
    """How many of the months before an outcome stand above a mark, against how many of the others do."""
    curves = {key: found["roc"] for key, found in result["curves"].items()}
    return Chart(
        key="roc",
        title=_("%(label)s: separation (ROC)") % {"label": result["label"]},
        unit=_("Shares of country-months, 0 to 1"),
        source=source,
        note=_(
            "Up: share of the months before an outcome that stand above a mark. Right: share of all other months "
            "above the same mark. The dotted diagonal is what chance gives. Solid: the index; dashed: decayed "
            "deaths alone."
        ),
        alt=_alt(_("ROC curve"), result, "auc", _("area under the curve")),
        figure={
            "data": [
                _diagonal([0, 1], [0, 1], _("chance")),
                *_drawn(curves, _("others above %{x:.2f}, found %{y:.2f}")),
            ],
            "layout": _layout(_("other months above the mark"), _("months before an outcome above it")),
        },
        columns=(_("Curve"), _("Other months above the mark"), _("Months before an outcome above it")),
        rows=_rows(curves),
    )


def precision_recall(result: Mapping[str, Any], *, source: str) -> Chart:
    """How many of the months above a mark come before an outcome, against how many of these are found."""
    curves = {key: found["pr"] for key, found in result["curves"].items()}
    base = result["base_rate"]
    return Chart(
        key="precision-recall",
        title=_("%(label)s: precision and recall") % {"label": result["label"]},
        unit=_("Shares of country-months, 0 to 1"),
        source=source,
        note=_(
            "Right: share of the months before an outcome that stand above a mark. Up: share of the months "
            "above the mark that come before an outcome. Dotted: the base rate, %(number)s, which chance "
            "gives."
        )
        % {"number": number(base, 4)},
        alt=_alt(_("Precision-recall curve"), result, "ap", _("average precision"))
        + _(" Base rate %(number)s.") % {"number": number(base, 4)},
        figure={
            "data": [
                _diagonal([0, 1], [base, base], _("base rate")),
                *_drawn(curves, _("found %{x:.2f}, right %{y:.3f}")),
            ],
            "layout": _layout(_("months before an outcome found"), _("months above the mark that are right"), top=None),
        },
        columns=(_("Curve"), _("Found (recall)"), _("Right (precision)")),
        rows=_rows(curves),
    )


def _mapped(one: Mapping[str, Any]) -> str:
    found = {name: number(one[name]) for name in ("mapped", "observed")}
    return _("mapped %(mapped)s, observed %(observed)s") % found


def reliability(result: Mapping[str, Any], *, source: str) -> Chart | None:
    """What the out-of-time mapping said against what was observed; None where there is no mapping."""
    mapping = result["mapping"]
    if "cannot" in mapping:
        return None
    bins = mapping["bins"]
    most = max([1e-3, *(one[key] for one in bins for key in ("mapped", "observed"))])
    return Chart(
        key="reliability",
        title=_("%(label)s: reliability of the Platt mapping") % {"label": result["label"]},
        unit=_("Frequency of an outcome, 0 to 1"),
        source=source,
        note=_(
            "Each dot is about a tenth of the judged months. Right: the mean frequency that the mapping, fitted on"
            " earlier years only, gave them. Up: the frequency observed. On the dotted diagonal the two agree."
        ),
        alt=_("Reliability of the mapping: %(points)s.") % {"points": "; ".join(map(_mapped, bins))},
        figure={
            "data": [
                _diagonal([0, most], [0, most], _("agreement")),
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "x": [one["mapped"] for one in bins],
                    "y": [one["observed"] for one in bins],
                    "line": STYLES["index"] | {"width": 1.25},
                    "marker": {"size": 8, "color": LINE},
                    "hovertemplate": _("mapped %{x:.3f}, observed %{y:.3f}") + "<extra></extra>",
                },
            ],
            "layout": _layout(_("mapped frequency"), _("observed frequency"), top=None, right=None),
        },
        columns=(_("Group"), _("Mapped"), _("Observed"), _("Country-months"), _("Before an outcome")),
        rows=tuple(
            (str(place), number(one["mapped"], 4), number(one["observed"], 4), f"{one['rows']:,}", str(one["positive"]))
            for place, one in enumerate(bins, 1)
        ),
    )


def _drawn(curves: Mapping[str, Points], hover: str) -> list[Figure]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _(NAMES[key]),
            "x": [point[0] for point in points],
            "y": [point[1] for point in points],
            "line": STYLES[key],
            "hovertemplate": f"{_(NAMES[key])}: {hover}<extra></extra>",
        }
        for key, points in curves.items()
    ]


def _diagonal(x: list[float], y: list[float], name: str) -> Figure:
    line = {"color": SOFT, "width": 1.25, "dash": "dot"}
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _layout(right_words: str, up_words: str, *, top: float | None = 1.0, right: float | None = 1.0) -> Figure:
    axis: Figure = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "rangemode": "tozero"}
    return layout(
        margin={"l": 60, "r": 16, "t": 12, "b": 48},
        xaxis=axis | {"title": {"text": right_words, "font": {"size": 12}}} | _range(right),
        yaxis=axis | {"title": {"text": up_words, "font": {"size": 12}}} | _range(top),
    )


def _range(end: float | None) -> Figure:
    return {} if end is None else {"range": [0, end]}


def _rows(curves: Mapping[str, Points]) -> tuple[tuple[str, ...], ...]:
    return tuple((_(NAMES[key]), f"{x:.4f}", f"{y:.4f}") for key, points in curves.items() for x, y in points)


def _alt(kind: str, result: Mapping[str, Any], figure: str, words: str) -> str:
    said = [_("the index has %(figure)s %(number)s") % {"figure": words, "number": number(result["index"][figure])}]
    said += [
        f"{_(NAMES[one['key']])} {number(one[figure])}"
        for one in result["yardsticks"]
        if one["key"] in result["curves"] and one["key"] != "index"
    ]
    return f"{kind}, {result['label']}: {', '.join(said)}."
