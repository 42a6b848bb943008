"""Which deliveries the outbox shows; every state of it stands in the address."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.models import Delivery, DeliveryQuerySet
from alerts.subscriptions.subscribing import LEAST_LEVELS
from countries.models import Country
from indicators.fields import DayField, Line, Pick, Whole, offer, refuse_backwards

NUMBER_MAX = 2**63 - 1  # of a row


class OutboxFilter(forms.Form):
    """By what became of them, of which alert, to whom, why and when. Posts stand on the pages of webhooks."""

    state = Pick(Delivery.State.choices, empty=_("any state"), required=False)
    level = Pick([(str(one.value), one.label) for one in LEAST_LEVELS], empty=_("any level"), required=False)
    country = Pick(empty=_("every country"), required=False)
    purpose = Pick(Delivery.Purpose.choices, empty=_("any purpose"), required=False)
    person = Line(
        required=False, max_length=120, label=_("Name or address"), widget=forms.TextInput(attrs={"type": "search"})
    )
    alert = Whole(required=False, min_value=1, max_value=NUMBER_MAX, label=_("Alert number"))
    since = DayField(required=False, label=_("Made from"))
    until = DayField(required=False, label=_("Made up to"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        warned = Country.objects.filter(alerts__isnull=False).order_by("name_sort")
        offer(self, "country", list(warned.values_list("iso3", "name_en").distinct()))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data

    def found(self) -> tuple[DeliveryQuerySet, DeliveryQuerySet]:
        """Those that match everything but the state, and those that match the state too."""
        if not self.is_valid():
            return Delivery.objects.none(), Delivery.objects.none()
        asked = self.cleaned_data
        found = Delivery.objects.filter(_wanted(asked), channel=Delivery.Channel.MAIL)
        return found, found.filter(state=asked["state"]) if asked["state"] else found

    def said(self) -> list[str]:
        """The filters in use, in words, for who is asked to confirm."""
        return [
            f"{field.label}: {_shown(field, self.cleaned_data[field.name])}"
            for field in self
            if self.cleaned_data.get(field.name)
        ]


def _wanted(asked: dict[str, Any]) -> Q:
    wanted = Q()
    for name, field in (
        ("purpose", "purpose"),
        ("alert", "alert"),
        ("level", "alert__level"),
        ("country", "alert__country__iso3"),
    ):
        if asked[name]:
            wanted &= Q(**{field: asked[name]})
    if asked["person"]:
        wanted &= Q(person__name__icontains=asked["person"]) | Q(person__email__icontains=asked["person"])
    if asked["since"]:
        wanted &= Q(made_at__gte=_start(asked["since"]))
    return wanted & Q(made_at__lt=_start(asked["until"] + dt.timedelta(days=1))) if asked["until"] else wanted


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _shown(field: forms.BoundField, value: object) -> str:
    choices: dict[str, Any] = dict(field.field.choices) if isinstance(field.field, Pick) else {}  # type: ignore[arg-type]
    return str(choices.get(str(value), value))


def address(query: dict[str, Any], name: str = "outbox") -> str:
    """The address of the outbox with these filters, or of one of its pages."""
    made = QueryDict(mutable=True)
    made.update(query)
    return f"{reverse(name)}?{made.urlencode()}" if query else reverse(name)
