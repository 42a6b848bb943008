"""The form of one suggestion: everything prefilled, nothing that must be typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from countries.models import Country
from indicators.coding import EvidenceDraft
from indicators.deciding import draft_of
from indicators.entering import EARLIEST_EVENT
from indicators.fields import NOT_LISTED, Choice, DayField, Grouped, Line, Pick, grouped, offer
from indicators.forms import ANCHORS, listed_for
from indicators.models import Evidence, Indicator, Suggestion
from indicators.views.desk import widgets
from indicators.views.desk.events import NearEvent
from people.models import User
from people.permissions import Sensitivity, clearance_of
from reports.models import Family, Reliability


@dataclasses.dataclass(frozen=True, slots=True)
class Offers:
    """The long lists of the form, read and written once for all the cards of a page."""

    indicators: Grouped
    countries: Grouped
    families: list[Choice]
    sources: list[Choice]
    sensitivities: list[Choice]
    written: dict[str, str]

    @classmethod
    def to(cls, user: User) -> Offers:
        """What this person may choose from, and the sources that the queue may be filtered by: one query."""
        steps = [(str(value), str(label)) for value, label in Sensitivity.choices if value <= clearance_of(user)]
        rows = listed_for(user)
        indicators, countries = grouped(rows["indicator"]), grouped(rows["country"])
        families, sources = ([(value, label) for _, value, label in rows[kind]] for kind in ("family", "source"))
        lists: dict[str, Sequence[Any]] = {"indicator": indicators, "country": countries, "family": families}
        written = {name: widgets.written(widgets.frozen(options)) for name, options in lists.items()}
        return cls(indicators, countries, families, sources, steps, written)


class SuggestionForm(forms.Form):
    """What the machine read, for a person to accept or to set otherwise."""

    severity = Pick(ANCHORS, label=gettext_lazy("Severity"), widget=widgets.Select)
    event_on = DayField(label=gettext_lazy("Happened"), widget=widgets.Day())
    reliability = Pick(Reliability.choices, label=gettext_lazy("Source"), widget=widgets.Select)
    credibility = Pick(Evidence.Credibility.choices, label=gettext_lazy("Statement"), widget=widgets.Select)
    indicator = Pick(label=gettext_lazy("Indicator"), widget=widgets.Select)
    country = Pick(label=gettext_lazy("Country"), widget=widgets.Select)
    polarity = Pick(Evidence.Polarity.choices, label=gettext_lazy("Direction"), widget=widgets.Select)
    dating = Line(max_length=200, required=False, label=gettext_lazy("How the day was set"), widget=widgets.Text)
    event_key = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]*$",
        max_length=120,
        required=False,
        label=gettext_lazy("Name of the event"),
        widget=widgets.Text(attrs={"autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Wanted small letters, digits and hyphens, such as mmr-coup-2021.")},
    )
    same_event = forms.CharField(
        max_length=120, required=False, label=gettext_lazy("Same event as"), widget=widgets.Select
    )
    admin1 = Line(max_length=120, required=False, label=gettext_lazy("First-level area"), widget=widgets.Text)
    family = Pick(label=gettext_lazy("Who made the finding"), widget=widgets.Select)
    claim = Pick(Evidence.Claim.choices, label=gettext_lazy("What it claims"), widget=widgets.Select)
    actor = Pick(Evidence.Actor.choices, label=gettext_lazy("From whom"), widget=widgets.Select)
    group = Line(max_length=160, required=False, label=gettext_lazy("Group at risk"), widget=widgets.Text)
    sensitivity = Pick(label=gettext_lazy("Who may see it"), widget=widgets.Select)
    note = Line(
        max_length=500,
        required=False,
        label=gettext_lazy("Why this indicator and this severity"),
        help_text=gettext_lazy("It is as open as the evidence."),
        widget=widgets.Lines(attrs={"rows": 2}),
    )

    MAIN = ("severity", "event_on", "reliability", "credibility")
    EVENT = ("same_event",)  # another name for `event_key`, chosen and not typed
    NUMBERS = ("severity", "polarity", "credibility", "sensitivity")

    def __init__(
        self, suggestion: Suggestion, data: Any = None, *, offers: Offers, again: dict[str, Any] | None = None
    ) -> None:
        self.suggestion = suggestion
        self.draft = draft_of(suggestion)
        initial = {field.name: _shown(getattr(self.draft, field.name)) for field in dataclasses.fields(self.draft)}
        self.again = {name: _shown(value) for name, value in (again or {}).items()}
        initial["same_event"] = ""
        super().__init__(data, initial=initial | self.again, auto_id=f"s{suggestion.pk}-%s")
        self.events: list[NearEvent] = []
        self._offer(offers)

    def _offer(self, offers: Offers) -> None:
        family = (self.draft.family.slug, self.draft.family.name)
        offer(self, "indicator", offers.indicators)
        offer(self, "country", offers.countries)
        new = [] if family in offers.families else [family]
        offer(self, "family", [*new, *offers.families])
        offer(self, "sensitivity", [step for step in offers.sensitivities if int(step[0]) >= self.draft.sensitivity])
        for name, options in offers.written.items():
            widget = self.fields[name].widget
            assert isinstance(widget, widgets.Select)
            is_new = name == "family" and bool(new)
            widget.written = widgets.written(widgets.frozen(new)) + options if is_new else options
        self.fields["event_on"].widget.attrs |= {"max": str(self.draft.known_on), "min": str(EARLIEST_EVENT)}

    def main_fields(self) -> SafeString:
        """What is looked at in every case."""
        return self._written(self.MAIN)

    def event_fields(self) -> SafeString:
        """Which event it is too."""
        return self._written(self.EVENT)

    def more_fields(self) -> SafeString:
        """What is rarely set otherwise."""
        return self._written([name for name in self.fields if name not in (*self.MAIN, *self.EVENT)])

    def _written(self, names: Sequence[str]) -> SafeString:
        """Fields with their labels and what is wrong with them."""
        return widgets.fields([self[name] for name in names])

    def offer_events(self, events: Sequence[NearEvent]) -> None:
        """Lets the person say that it is the same event as one of these."""
        widget = self.fields["same_event"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", gettext("none of these")), *((event.key, event.label) for event in events)]
        self.events = list(events)

    def clean_same_event(self) -> str:
        key = str(self.cleaned_data["same_event"])
        if key and key not in {event.key for event in self.events}:
            raise forms.ValidationError(NOT_LISTED)
        return key

    @property
    def chosen(self) -> NearEvent | None:
        """The event, or the piece without one, of which a valid form says that it is the same."""
        return next((event for event in self.events if event.key == self.cleaned_data["same_event"]), None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named, chosen = data.get("event_key", ""), data.get("same_event")
        same = next((event.name for event in self.events if event.key == chosen), "")
        if named and same and named != same:
            self.add_error(
                "same_event",
                gettext("Found two events, this one and %(named)s; wanted one. Clear the other.") % {"named": named},
            )
        return data

    def typed(self) -> list[tuple[str, str]]:
        """(label, value) of what a person set otherwise, whether or not it can stand."""
        return [(str(self[name].label), self._worded(name)) for name in self.changed_data if name in self.data]

    def _worded(self, name: str) -> str:
        value, field = str(self[name].value()), self.fields[name]
        if name == "same_event":
            return next((event.label for event in self.events if event.key == value), value)
        return str(dict(_flat(field.choices)).get(value, value)) if isinstance(field, Pick) else value

    def clean_event_on(self) -> Any:
        day = self.cleaned_data["event_on"]
        if day < EARLIEST_EVENT:
            raise forms.ValidationError(
                gettext("Found %(day)s; wanted a day from %(EARLIEST_EVENT)s on.")
                % {"day": day, "EARLIEST_EVENT": EARLIEST_EVENT}
            )
        if day > self.draft.known_on:
            raise forms.ValidationError(
                gettext("Found %(day)s; wanted a day not after the report's, %(known_on)s.")
                % {"day": day, "known_on": self.draft.known_on}
            )
        return day

    def as_draft(self) -> EvidenceDraft:
        """The evidence that a person wants; of a valid form."""
        data, was = dict(self.cleaned_data), self.draft
        del data["same_event"]
        data["event_key"] = data["event_key"] or (self.chosen.name if self.chosen else "")
        numbers: dict[str, Any] = {name: int(data[name]) for name in self.NUMBERS}
        code, iso3, slug = data["indicator"], data["country"], data["family"]
        rows: dict[str, Any] = {
            "indicator": was.indicator if code == was.indicator.code else Indicator.objects.in_use().get(code=code),
            "country": was.country if iso3 == was.country.iso3 else Country.objects.get(iso3=iso3),
            "family": was.family if slug == was.family.slug else Family.objects.get(slug=slug),
        }
        wanted = dataclasses.replace(was, **(data | numbers | rows))
        if wanted.event_on != was.event_on and wanted.dating == was.dating:  # it says how the machine set its own day
            return dataclasses.replace(wanted, dating="")
        return wanted


def _shown(value: Any) -> Any:
    """The value as the form's field holds it: that of a select is a string, or it would count as changed."""
    if isinstance(value, Indicator):
        return value.code
    if isinstance(value, Country):
        return value.iso3
    if isinstance(value, int):
        return str(int(value))
    return value.slug if isinstance(value, Family) else value


def _flat(choices: Any) -> list[Choice]:
    """Every (value, label), out of its group where it stands in one."""
    rows: list[Choice] = []
    for value, label in choices:
        rows += label if isinstance(label, list) else [(str(value), str(label))]
    return rows
