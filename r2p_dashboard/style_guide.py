"""The page of parts: every part that pages are made of, in each of its states, with made-up values."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.ledger.timeline import Mark
from countries.charts import Chart, layout
from indicators.models import Evidence
from indicators.models.score import Level
from people.access import requires
from people.permissions import Action

DAY = dt.date(2024, 6, 30)
COLOURS = (
    ("Ground and ink", ("paper", "surface", "sunk", "ink", "ink-soft", "line", "line-strong")),
    ("Accent and notes", ("accent", "accent-soft", "notice", "notice-ink", "bad", "bad-soft", "good", "good-soft")),
    (
        "The ramp, and the two greys",
        ("level-1", "level-2", "level-3", "level-4", "level-5", "undetermined", "unassessed"),
    ),
)
STEPS = ("step--1", "step-0", "step-1", "step-2", "step-3", "step-4")
SPACES = ("s-1", "s-2", "s-3", "s-4", "s-5", "s-6", "s-7")


class ExampleForm(forms.Form):
    """Fields as forms have them."""

    name = forms.CharField(label="A field", help_text="Help stands below the field.", required=False)
    kind = forms.ChoiceField(label="A choice", choices=[("", "all"), ("one", "one of them")], required=False)
    agreed = forms.BooleanField(label="A box to tick", required=False)
    wanted = forms.CharField(label="A field that must be filled")


@requires(Action.ENTER_EVIDENCE)
@require_safe
def style_page(request: HttpRequest) -> HttpResponse:
    """For staff. Nothing on it is data: the country, the source and every figure are made up and say so."""
    context = {
        "colours": COLOURS,
        "steps": STEPS,
        "spaces": SPACES,
        "levels": [*reversed(Level), None],
        "evidence": [_evidence(**fields) for fields in EVIDENCE],
        "figures": {"change": (3.4, -3.4, 0.0), "share": (0.0, 0.42, 1.0), "tenths": (137, -24, 0)},
        "interval": (21.0, 60.0),
        "courses": (("a line", (0.2, 0.3, 0.3, 0.6, 0.7)), ("a gap", (0.2, None, None, 0.5, 0.6))),
        "marks": (
            ("Warned", Mark(DAY, "")),
            ("Decision", Mark(DAY, "3 days later")),
            ("Outcome", Mark(None, "none yet")),
        ),
        "chart": _chart(),
        "empty_chart": _chart(is_empty=True),
        "form": ExampleForm(),
        "wrong_form": ExampleForm({"wanted": ""}),
        "column": SimpleNamespace(title="Sorted", href="?", aria_sort="ascending", number=False, arrow=" ↑"),
        "page": Paginator(range(50), 10).page(2),
    }
    return render(request, "style.html", context)


EVIDENCE: tuple[dict[str, Any], ...] = (
    {"status": Evidence.Status.ACCEPTED},
    {
        "status": Evidence.Status.PROPOSED,
        "decided_by": None,
        "decided_at": None,
        "polarity": Evidence.Polarity.MITIGATION,
    },
    {"status": Evidence.Status.RETRACTED, "retraction_reason": "It was about another place."},
)


def _evidence(**fields: Any) -> SimpleNamespace:
    """What a card shows, without a row of the database: it has no number, so it links nowhere."""
    source = SimpleNamespace(name="A made-up monitoring body")
    report = SimpleNamespace(
        source=source, title="A made-up report", url="", language="en", is_our_summary=True, published_on=DAY
    )
    shown: dict[str, Any] = {
        "pk": None,
        "grade": "B2",
        "family": source,
        "event_on": DAY,
        "known_at": DAY,
        "polarity": Evidence.Polarity.RISK,
        "sensitivity": 0,
        "note": "Why it was coded, in a few words.",
        "retraction_reason": "",
        "group": "a made-up group",
        "actor": "state",
        "decided_by": SimpleNamespace(get_role_display="reviewer"),
        "decided_at": DAY,
        "passage": SimpleNamespace(
            report=report, text="A sentence that nobody wrote about a place that is not.", locator="¶ 1"
        ),
        "indicator": SimpleNamespace(code="0.0", label="A made-up sign"),
        "get_reliability_display": lambda: "B: usually reliable",
        "get_credibility_display": lambda: "2: probably true",
        "get_severity_display": "2: moderate or recurring",
        "get_claim_display": "alleged",
        "get_actor_display": "State",
    }
    shown |= fields
    return SimpleNamespace(**shown, get_status_display=shown["status"].label, get_sensitivity_display="public")


def _chart(*, is_empty: bool = False) -> Chart:
    days = [f"2024-0{month}-01" for month in range(1, 7)]
    values = [12.0, 14.0, None, 18.0, 17.5, 21.0]
    trace = {"type": "scatter", "x": days, "y": values, "mode": "lines", "hoverinfo": "skip"}
    return Chart(
        key="example-empty" if is_empty else "example",
        title="Nothing to draw yet" if is_empty else "A made-up line rises from 12 to 21, with a gap",
        unit="Index, 0 to 100",
        source="made up for this page",
        note="The gap is a month of which nothing is known.",
        alt="Nothing is known of these months."
        if is_empty
        else "A line from 12 in January to 21 in June; March is not known.",
        figure={"data": [] if is_empty else [trace], "layout": layout()},
        columns=("Month", "Index"),
        rows=()
        if is_empty
        else tuple((day, "–" if value is None else f"{value:.1f}") for day, value in zip(days, values, strict=True)),
    )
