"""Forms for offices: each is one change."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.answers.offices import ROLES
from alerts.models import Office, OfficeMember
from countries.models import Country
from indicators.fields import Boxes, Choice, DayField, Line, Pick, offer
from indicators.forms import country_choices
from people.models import User

LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("pt", _("Portuguese")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]


class OfficeFilter(forms.Form):
    """Which offices the list shows; every state of it stands in the address."""

    kind = Pick(Office.Kind.choices, empty=_("every kind"), required=False, label=_("Of a"))
    state = Pick([("ended", "ended"), ("all", "all")], empty=_("open"), required=False, label=_("Offices"))


class DescribeOfficeForm(forms.Form):
    """Its name and the languages it works in."""

    name = Line(min_length=3, max_length=200, help_text=_("As it calls itself. Name no person."))
    languages = Boxes(choices=LANGUAGES, required=False, label=_("Works in"))


class OfficeForm(DescribeOfficeForm):
    """A new office."""

    kind = Pick(Office.Kind.choices, widget=forms.RadioSelect, label=_("Whose office"), initial=Office.Kind.STATE.value)
    country = Pick(
        empty=_("no country"),
        required=False,
        label=_("Country"),
        help_text=_("The State whose office it is, if it is one."),
    )
    field_order = ("name", "kind", "country", "languages")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "country", country_choices())

    def chosen(self) -> Country | None:
        """The country, where one is chosen."""
        return Country.objects.filter(iso3=self.cleaned_data["country"]).first()


class PersonForm(forms.Form):
    """Somebody who is asked after those who are in the office already."""

    person = Pick(
        empty=_("choose a person"), label=_("Person"), help_text=_("Focal points and those who release alerts.")
    )

    def __init__(self, data: Any = None, *, office: Office, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "person", _people_for(office))


def _people_for(office: Office) -> list[Choice]:
    inside = OfficeMember.objects.filter(office=office, until=None).values("person")
    rows = User.objects.filter(is_active=True, role__in=ROLES).exclude(pk__in=inside).order_by("name", "email")
    return [(str(number), f"{name} ({email})") for number, name, email in rows.values_list("pk", "name", "email")]


class AbsenceForm(forms.Form):
    """Days on which a person is passed over."""

    person = Pick(empty=_("choose a person"), label=_("Who"))
    first_day = DayField(label=_("First day away"))
    last_day = DayField(label=_("Last day away"), help_text=_("UTC. Both days count."))

    def __init__(self, data: Any = None, *, people: list[Choice], day: dt.date, **options: Any) -> None:
        super().__init__(
            data, initial={"first_day": day, "person": people[0][0] if len(people) == 1 else ""}, **options
        )
        offer(self, "person", people)

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
