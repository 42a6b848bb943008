"""Forms of levers and of the catalogue of measures."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.models import Lever, Measure, Situation
from alerts.situations.levers import LeverDraft
from countries.models import Country
from indicators.fields import Address, Choice, DayField, Line, Pick, TickBox, offer
from indicators.forms import ReasonForm, country_choices
from indicators.models import Indicator

SITUATION = "situation:"


class MeasureFilter(forms.Form):
    """Which measures the catalogue shows; every state of it stands in the address."""

    factor = Pick(empty=_("every factor"), required=False, label=_("Risk factor"))
    timing = Pick(Measure.Timing.choices, empty=_("any time"), required=False, label=_("When"))
    sphere = Pick(Measure.Sphere.choices, empty=_("anywhere"), required=False, label=_("Where a State acts"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        rows = Indicator.objects.in_use().order_by("factor__number").values_list("factor__number", "factor__title")
        offer(self, "factor", [(str(number), f"{number} {title}") for number, title in rows.distinct()])


class LeverFilter(forms.Form):
    """Which levers the calendar shows; every state of it stands in the address."""

    country = Pick(empty=_("every country"), required=False)
    kind = Pick(Lever.Kind.choices, empty=_("every kind"), required=False)
    when = Pick([("past", "over"), ("all", "all")], empty=_("to come"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        offer(self, "country", country_choices())


class LeverForm(forms.Form):
    """Something dated on which a situation can be influenced."""

    about = Pick(empty=_("choose a country or a situation"))
    kind = Pick(Lever.Kind.choices, empty=_("choose what it is"), label=_("What it is"))
    title = Line(min_length=3, max_length=200, help_text=_("In a few words: what ends, is decided or takes place."))
    body = Line(max_length=200, required=False, label=_("Who decides or holds it"))
    first_day = DayField(label=_("Day, or first day"))
    last_day = DayField(required=False, label=_("Last day"), help_text=_("Empty: the same day."))
    is_estimated = TickBox(required=False, label=_("The day is not certain"))
    source_title = Line(min_length=3, max_length=300, label=_("Source"), help_text=_("Who says so, in which document."))
    source_url = Address(required=False, label=_("Its address"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.open = {f"{SITUATION}{one.slug}": one for one in Situation.objects.open().order_by("name", "pk")}
        situations: list[Choice] = [(key, one.name) for key, one in self.open.items()]
        offer(self, "about", [*([("Situations", situations)] if situations else []), *country_choices()])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error(
                "last_day",
                gettext("Found %(last)s, which is before %(first)s; wanted the same day or a later one.")
                % {"last": last, "first": first},
            )
        return data

    def subject(self) -> dict[str, Any]:
        """The country or the situation that was chosen."""
        chosen = self.cleaned_data["about"]
        if chosen in self.open:
            return {"situation": self.open[chosen], "country": None}
        return {"situation": None, "country": Country.objects.get(iso3=chosen)}

    def draft(self) -> LeverDraft:
        """What the use case asks for."""
        data = self.cleaned_data
        names = ("kind", "title", "body", "first_day", "is_estimated", "source_title", "source_url")
        return LeverDraft(last_day=data["last_day"] or data["first_day"], **{name: data[name] for name in names})


class RemovalForm(ReasonForm):
    """Why a lever leaves the calendar."""

    reason = Line(min_length=3, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
