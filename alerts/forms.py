"""Forms for rules: where, from which level on, and for staff also for whom."""

import dataclasses
from typing import Any

from django import forms

from alerts.models import Subscription
from alerts.subscribing import LEAST_LEVELS
from countries.models import Country
from indicators.forms import NOT_LISTED, Choice, Pick, offer
from indicators.models.score import Level
from people.models import User

ACTIVE, ENDED, ALL = "", "ended", "all"
_MEANS = {
    Level.ELEVATED: "ELEVATED, HIGH and SEVERE: the most mails",
    Level.HIGH: "HIGH and SEVERE only",
    Level.SEVERE: "SEVERE only: the fewest mails",
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


class Boxes(forms.MultipleChoiceField):
    """Any number of boxes to tick; the page draws them itself."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": NOT_LISTED, "invalid_list": NOT_LISTED}


class RuleForm(forms.Form):
    """These countries or regions AND at least this level."""

    person = Pick(empty="choose a person", label="For whom")
    is_everywhere = forms.BooleanField(required=False, label="Every country")
    regions = Boxes(required=False, label="Regions")
    countries = Boxes(required=False, label="Countries")
    least_level = Pick(
        [(str(level.value), _MEANS[level]) for level in LEAST_LEVELS],
        widget=forms.RadioSelect,
        initial=str(Level.ELEVATED.value),
        label="From which level on",
    )

    def __init__(self, data: Any = None, *, people: list[Choice] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        if people is None:
            del self.fields["person"]
        else:
            offer(self, "person", people)
        self.known = list(Country.objects.order_by("region", "subregion", "name_sort"))
        self._offer("countries", [(country.iso3, country.name_en) for country in self.known])
        names = {code: name for row in self.known for code, name in _regions_of(row)}
        self._offer("regions", [(str(code), name) for code, name in names.items()])

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

    def _ticked(self, name: str) -> set[str]:
        value = self[name].value()
        return {str(one) for one in value} if isinstance(value, list | tuple) else set()

    def wanted(self) -> dict[str, Any]:
        """What the use cases of `alerts.subscribing` ask for."""
        chosen = set(self.cleaned_data["countries"])
        return {
            "is_everywhere": self.cleaned_data["is_everywhere"],
            "countries": [country for country in self.known if country.iso3 in chosen],
            "regions": [int(code) for code in self.cleaned_data["regions"]],
            "least_level": int(self.cleaned_data["least_level"]),
        }


def _regions_of(row: Country) -> tuple[tuple[int, str], tuple[int, str]]:
    return (row.region_code, row.region), (row.subregion_code, row.subregion)


def initial_of(rule: Subscription) -> dict[str, Any]:
    """A rule as the form shows it."""
    return {
        "is_everywhere": rule.is_everywhere,
        "regions": [str(code) for code in rule.regions],
        "countries": [country.iso3 for country in rule.countries.all()],
        "least_level": str(rule.least_level),
    }


class RuleFilter(forms.Form):
    """Which rules the list shows; every state of it stands in the address, people by their number."""

    person = Pick(empty="everybody", required=False)
    state = Pick([(ENDED, "ended"), (ALL, "all")], empty="in force", required=False, label="Rules")

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
