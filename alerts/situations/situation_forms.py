"""Forms for situations: each is one change."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Situation
from countries.models import Country
from indicators.fields import Carried, Line, Pick, Several, TickBox, offer
from indicators.forms import ReasonForm, country_choices
from indicators.models.score import Level


class SituationFilter(forms.Form):
    """Which situations the list shows; every state of it stands in the address."""

    country = Pick(empty=_("every country"), required=False)
    state = Pick([("closed", "closed"), ("all", "all")], empty=_("open"), required=False, label=_("Situations"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        offer(self, "country", country_choices())


class DescribeForm(forms.Form):
    """Its name, its part, and what it is about; with what the person saw when the page was opened."""

    name = Line(min_length=3, max_length=120)
    part = Line(
        max_length=200,
        required=False,
        label=_("Part"),
        help_text=_("Where in its countries, if it is not all of them."),
    )
    about = Line(
        max_length=4000, required=False, label=_("What it is about"), widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In our own words. Everybody can read this: name no person and no source in danger."),
    )  # fmt: skip
    was_name = Carried(required=False, strip=False)
    was_part = Carried(required=False, strip=False)
    was_about = Carried(required=False, strip=False)

    @staticmethod
    def seen(situation: Situation) -> dict[str, str]:
        """A situation as the form shows it."""
        values = {"name": situation.name, "part": situation.part, "about": situation.about}
        return values | {f"was_{name}": value for name, value in values.items()}

    def was(self) -> tuple[str, str, str]:
        """What the person saw; a browser sends line ends of its own."""
        name, about, part = (self.cleaned_data[f"was_{field}"] for field in ("name", "about", "part"))
        return name, about.replace("\r\n", "\n"), part


class OpenForm(forms.Form):
    """A new situation over one or several countries."""

    name = Line(min_length=3, max_length=120)
    countries = Several(
        label=_("Countries"),
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("One or several: hold Ctrl (or ⌘) to choose more than one."),
    )
    part = DescribeForm.base_fields["part"]
    about = DescribeForm.base_fields["about"]

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["countries"]
        assert isinstance(field, Several)
        field.choices = country_choices()

    def chosen(self) -> list[Country]:
        """The countries, by name."""
        return list(Country.objects.filter(iso3__in=self.cleaned_data["countries"]).order_by("name_sort"))


class PutForm(forms.Form):
    """A country that the situation is about too."""

    country = Pick(empty=_("choose a country"), label=_("Country"))
    is_home = TickBox(required=False, label=_("Alerts about it are threaded here from now on"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "country", country_choices())


class TakeForm(forms.Form):
    """A country that the situation is no longer about."""

    country = Pick(empty=_("choose a country"), label=_("Country"))

    def __init__(self, data: Any = None, *, of: list[Country], **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "country", [(country.iso3, country.name_en) for country in of])


class MoveForm(ReasonForm):
    """An alert of this situation that belongs into another thread."""

    alert = Pick(empty=_("choose an alert"), label=_("Alert"))
    to = Pick(empty=_("choose a situation"), label=_("To"))
    field_order = ("alert", "to", "reason")

    def __init__(self, data: Any = None, *, alerts: list[Alert], situations: list[Situation], **options: Any) -> None:
        super().__init__(data, **options)
        self.can_move = bool(alerts and situations)
        offer(self, "alert", [(str(one.pk), _named(one)) for one in alerts])
        offer(self, "to", [(one.slug, one.name) for one in situations])


def _named(alert: Alert) -> str:
    return f"alert {alert.pk}: {Level(alert.level).label}, {alert.country.name_en}, {alert.headline}"
