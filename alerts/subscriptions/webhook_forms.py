"""Forms of webhooks: an address, what is posted there, and which posts are shown."""

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from alerts.models import Delivery
from alerts.subscriptions.subscribing import LEAST_LEVELS
from countries.models import Country
from indicators.fields import Choice, Line, Pick, offer

State = Delivery.State
STATES = (State.WAITING, State.DEFERRED, State.SENT, State.REFUSED, State.GIVEN_UP, State.CANCELLED)


class EndpointForm(forms.Form):
    """A machine's name and address."""

    name = Line(max_length=120, label=_("Name"), help_text=_("What you call it, such as “Operations room”."))
    url = Line(
        max_length=500,
        label=_("Address"),
        help_text=_("Alerts are posted to it. https only, such as https://example.org/alerts."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )


def _short(state: Delivery.State) -> str:
    """What stands before the colon."""
    return str(state.label).partition(":")[0]


_in_short = lazy(_short, str)


class AskForm(forms.Form):
    """What is posted: where, and from which level on."""

    place = Pick(empty=_("every country"), required=False, label=_("Where"))
    least_level = Pick(
        [(str(level.value), format_lazy(_("{level} or higher"), level=level.label)) for level in LEAST_LEVELS],
        label=_("From which level on"),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "place", _places())


class PostFilter(forms.Form):
    """Which posts the page shows; the state stands in the address."""

    state = Pick([(state.value, _in_short(state)) for state in STATES], empty=_("every state"), required=False)


def _places() -> list[Choice]:
    """Regions, sub-regions and countries, each by the code that a rule has."""
    rows = list(Country.objects.alphabetical())
    regions = {str(row.region_code): row.region for row in rows}
    parts = {str(row.subregion_code): f"{row.subregion} ({row.region})" for row in rows}
    named = sorted((name, code) for code, name in {**parts, **regions}.items())
    return [(code, name) for name, code in named] + [(row.iso3, row.name_en) for row in rows]
