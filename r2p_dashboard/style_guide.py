"""The page of parts: every part that pages are made of, in each of its states, with made-up values."""

from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.ledger.timeline import Mark
from indicators.models.score import Level
from people.access import requires
from people.permissions import Action
from r2p_dashboard.style_examples import DAY, EVIDENCE, FACTORS, STANDINGS, chart, evidence

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
        "evidence": [evidence(**fields) for fields in EVIDENCE],
        "figures": {"change": (3.4, -3.4, 0.0), "share": (0.0, 0.42, 1.0), "tenths": (137, -24, 0)},
        "interval": (21.0, 60.0),
        "courses": (("a line", (0.2, 0.3, 0.3, 0.6, 0.7)), ("a gap", (0.2, None, None, 0.5, 0.6))),
        "standings": STANDINGS,
        "made_up_day": {"query": "", "known_on": DAY},
        "moved": {"is_ageing_alone": False},
        "factors": FACTORS,
        "marks": (
            ("Warned", Mark(DAY, "")),
            ("Decision", Mark(DAY, "3 days later")),
            ("Outcome", Mark(None, "none yet")),
        ),
        "chart": chart(),
        "empty_chart": chart(is_empty=True),
        "form": ExampleForm(),
        "wrong_form": ExampleForm({"wanted": ""}),
        "column": SimpleNamespace(title="Sorted", href="?", aria_sort="ascending", number=False, arrow=" ↑"),
        "page": Paginator(range(50), 10).page(2),
    }
    return render(request, "style.html", context)
