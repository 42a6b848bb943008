"""Forms for rules: where, from which level on, about what, how often, and for staff also for whom."""

import dataclasses
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.messages.rule_words import SCOPES
from alerts.models import Endpoint, Subscription
from alerts.subscriptions.subscribing import LEAST_LEVELS, Wanted
from countries.models import Country
from indicators.fields import Boxes, Choice, Pick, TickBox, offer
from indicators.models import Factor, Framework
from indicators.models.score import Level
from people.models import User

ACTIVE, ENDED, ALL = "", "ended", "all"
_MEANS = {
    Level.ELEVATED: _("ELEVATED, HIGH and SEVERE: the most mails"),
    Level.HIGH: _("HIGH and SEVERE only"),
    Level.SEVERE: _("SEVERE only: the fewest mails"),
}
_WHEN = {
    Subscription.Frequency.AT_ONCE: _("at once: a mail for each alert"),
    Subscription.Frequency.DAILY: _("once a day: one mail in the morning, SEVERE alerts too"),
    Subscription.Frequency.WEEKLY: _("once a week: one mail on Monday morning, SEVERE alerts too"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: its value, its words, and whether it is ticked."""

    value: str
    label: str
    is_ticked: bool


@dataclasses.dataclass(slots=True)
class Branch:
    """A region or sub-region with what lies in it."""

    whole: Tick
    branches: "list[Branch]" = dataclasses.field(default_factory=list)
    countries: list[Tick] = dataclasses.field(default_factory=list)

    @property
    def ticked(self) -> int:
        """How many boxes in it are ticked, its own too."""
        inside = sum(branch.ticked for branch in self.branches)
        return inside + self.whole.is_ticked + sum(country.is_ticked for country in self.countries)


class RuleForm(forms.Form):
    """These countries or regions AND at least this level AND any of these factors or scopes; how often, where to."""

    person = Pick(empty=_("choose a person"), label=_("For whom"))
    is_everywhere = TickBox(required=False, label=_("Every country"))
    regions = Boxes(required=False, label=_("Regions"))
    countries = Boxes(required=False, label=_("Countries"))
    least_level = Pick(
        [(str(level.value), _MEANS[level]) for level in LEAST_LEVELS],
        widget=forms.RadioSelect,
        initial=str(Level.ELEVATED.value),
        label=_("From which level on"),
    )
    scopes = Boxes(required=False, label=_("Only risk factors of"), choices=list(SCOPES.items()))
    factors = Boxes(required=False, label=_("Only these risk factors"))
    frequency = Pick(
        [(value.value, words) for value, words in _WHEN.items()],
        widget=forms.RadioSelect,
        initial=Subscription.Frequency.AT_ONCE.value,
        required=False,
        label=_("How often"),
    )
    endpoint = Pick(empty=_("by e-mail"), required=False, label=_("Where to"))

    def __init__(
        self, data: Any = None, *, person: User | None = None, people: list[Choice] | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        if people is None:
            del self.fields["person"]
        else:
            offer(self, "person", people)
        self.known = list(Country.objects.order_by("region", "subregion", "name_sort"))
        self._offer("countries", [(country.iso3, country.name_en) for country in self.known])
        names = {code: name for row in self.known for code, name in _regions_of(row)}
        self._offer("regions", [(str(code), name) for code, name in names.items()])
        self.titles = factor_choices()
        self._offer("factors", self.titles)
        self.machines = {row.pk: row for row in Endpoint.objects.filter(owner=person, ended_at=None).order_by("name")}
        if self.machines:
            offer(
                self,
                "endpoint",
                [
                    (str(row.pk), (gettext("to the webhook %(name)s") % {"name": row.name}))
                    for row in self.machines.values()
                ],
            )
        else:
            del self.fields["endpoint"]

    def _offer(self, name: str, choices: list[Choice]) -> None:
        field = self.fields[name]
        assert isinstance(field, Boxes)
        field.choices = choices

    def tree(self) -> list[Branch]:
        """Regions, in them sub-regions, in them countries, with what is ticked."""
        regions, countries = (self._ticked(name) for name in ("regions", "countries"))
        found: dict[int, Branch] = {}
        for row in self.known:
            for code, name in _regions_of(row):
                if code not in found:
                    found[code] = Branch(Tick(str(code), name, str(code) in regions))
                    if code == row.subregion_code:
                        found[row.region_code].branches.append(found[code])
            found[row.subregion_code].countries.append(Tick(row.iso3, row.name_en, row.iso3 in countries))
        return [found[code] for code in dict.fromkeys(row.region_code for row in self.known)]

    def scope_ticks(self) -> list[Tick]:
        """The scopes, with what is ticked."""
        return [Tick(value, str(words), value in self._ticked("scopes")) for value, words in SCOPES.items()]

    def factor_ticks(self) -> list[Tick]:
        """The risk factors, with what is ticked."""
        ticked = self._ticked("factors")
        return [Tick(value, title, value in ticked) for value, title in self.titles]

    def has_factors(self) -> bool:
        """Whether a single risk factor is ticked."""
        return bool(self._ticked("factors"))

    def _ticked(self, name: str) -> set[str]:
        value = self[name].value()
        return {str(one) for one in value} if isinstance(value, list | tuple) else set()

    def wanted(self) -> Wanted:
        """What the use cases of `alerts.subscriptions.subscribing` ask for."""
        said, chosen = self.cleaned_data, set(self.cleaned_data["countries"])
        return Wanted(
            is_everywhere=said["is_everywhere"],
            countries=[country for country in self.known if country.iso3 in chosen],
            regions=[int(code) for code in said["regions"]],
            least_level=int(said["least_level"]),
            factors=[int(number) for number in said["factors"]],
            scopes=said["scopes"],
            frequency=said["frequency"] or Subscription.Frequency.AT_ONCE.value,
            endpoint=self.machines[int(said["endpoint"])] if said.get("endpoint") else None,
        )


def factor_choices() -> list[Choice]:
    """The risk factors of the Framework in use, each with its number and title."""
    latest = Framework.objects.order_by("-version").values("pk")[:1]
    rows = Factor.objects.filter(framework=models.Subquery(latest))
    return [(str(row.number), f"{row.number} {row.title}") for row in rows.order_by("number")]


def _regions_of(row: Country) -> tuple[tuple[int, str], tuple[int, str]]:
    return (row.region_code, row.region), (row.subregion_code, row.subregion)


def initial_of(rule: Subscription) -> dict[str, Any]:
    """A rule as the form shows it."""
    return {
        "is_everywhere": rule.is_everywhere,
        "regions": [str(code) for code in rule.regions],
        "countries": [country.iso3 for country in rule.countries.all()],
        "least_level": str(rule.least_level),
        "factors": [str(number) for number in rule.factors],
        "scopes": rule.scopes,
        "frequency": rule.frequency,
        "endpoint": str(rule.endpoint_id or ""),
    }


class RuleFilter(forms.Form):
    """Which rules the list shows; every state of it stands in the address, people by their number."""

    person = Pick(empty=_("everybody"), required=False)
    state = Pick([(ENDED, "ended"), (ALL, "all")], empty=_("in force"), required=False, label=_("Rules"))

    def __init__(self, data: Any, *, people: list[Choice] | None) -> None:
        super().__init__(data)
        if people is None:
            del self.fields["person"]
        else:
            offer(self, "person", people)


def people_to_choose(*, with_rules: bool) -> list[Choice]:
    """For staff's eyes only: name and address of those who may be written to, or of those who have a rule."""
    rows = User.objects.filter(subscriptions__isnull=False) if with_rules else User.objects.filter(is_active=True)
    listed = rows.order_by("name", "email").values_list("pk", "name", "email").distinct()
    return [(str(number), f"{name} ({address})") for number, name, address in listed]
