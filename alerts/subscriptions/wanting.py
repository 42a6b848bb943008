"""What a rule asks for, before it is one: refused at this door where it cannot be."""

import dataclasses
from collections.abc import Collection

from alerts.messages import region_names
from alerts.models import Endpoint, Subscription
from countries.models import Country
from indicators.models import Factor
from indicators.models.score import Level
from people.english import in_english

LEAST_LEVELS = (Level.ELEVATED, Level.HIGH, Level.SEVERE)  # below ELEVATED nobody is warned
FACTORS = range(1, 15)  # of the Framework
Frequency = Subscription.Frequency


class SubscriptionError(ValueError):
    """A rule that cannot be; says what was found and what was wanted, for the person who asked for it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """These countries or regions AND at least this level AND any of these factors or scopes; how often, and where to.

    No factor and no scope: any. No `endpoint`: by e-mail.
    """

    is_everywhere: bool
    countries: Collection[Country] = ()
    regions: Collection[int] = ()
    least_level: int = Level.ELEVATED
    factors: Collection[int] = ()
    scopes: Collection[str] = ()
    frequency: str = Frequency.AT_ONCE
    endpoint: Endpoint | None = None

    def row(self) -> dict[str, object]:
        """The fields of the rule but its countries, in order and each once."""
        return {
            "is_everywhere": self.is_everywhere,
            "regions": sorted(set(self.regions)),
            "least_level": int(self.least_level),
            "factors": sorted(set(self.factors)),
            "scopes": sorted(set(self.scopes)),
            "frequency": str(self.frequency),
            "channel": str(Subscription.Channel.WEBHOOK if self.endpoint else Subscription.Channel.MAIL),
            "endpoint_id": self.endpoint.pk if self.endpoint else None,
        }

    def is_more_than(self, other: "Wanted") -> bool:
        """Whether it may bring what the other does not bring, or sooner, or elsewhere."""
        return not (self._is_within(other) and self._is_about_no_more(other) and self._comes_no_sooner(other))

    def _is_within(self, other: "Wanted") -> bool:
        if other.is_everywhere or self.is_everywhere:
            return other.is_everywhere
        here, there = ({country.pk for country in one.countries} for one in (self, other))
        return here <= there and set(self.regions) <= set(other.regions)

    def _is_about_no_more(self, other: "Wanted") -> bool:
        if self.least_level < other.least_level:
            return False
        if not (other.factors or other.scopes):
            return True
        about = set(self.factors) <= set(other.factors) and set(self.scopes) <= set(other.scopes)
        return about and bool(self.factors or self.scopes)

    def _comes_no_sooner(self, other: "Wanted") -> bool:
        rarer = Frequency.values.index(self.frequency) >= Frequency.values.index(other.frequency)
        return rarer and self.endpoint == other.endpoint

    def is_of(self, rule: Subscription) -> bool:
        """Whether the rule asks for just this."""
        found = {name: getattr(rule, name) for name in self.row()}
        countries = {country.pk for country in rule.countries.all()}
        return found == self.row() and countries == {country.pk for country in self.countries}


def wanted_by(rule: Subscription) -> Wanted:
    """What a rule asks for."""
    return Wanted(
        is_everywhere=rule.is_everywhere,
        countries=list(rule.countries.all()),
        regions=rule.regions,
        least_level=rule.least_level,
        factors=rule.factors,
        scopes=rule.scopes,
        frequency=rule.frequency,
        endpoint=rule.endpoint,
    )


def refuse_what_cannot_be(wanted: Wanted, *, person_id: int) -> None:
    """Raises SubscriptionError."""
    _refuse_levels(wanted)
    _refuse_places(wanted)
    _refuse_subjects(wanted)
    _refuse_ways(wanted, person_id)


def _refuse_levels(wanted: Wanted) -> None:
    if wanted.least_level not in LEAST_LEVELS:
        named = ", ".join(in_english(level.label) for level in LEAST_LEVELS)
        raise SubscriptionError(f"found the level {wanted.least_level}; wanted one of {named}")


def _refuse_places(wanted: Wanted) -> None:
    if wanted.is_everywhere and (wanted.countries or wanted.regions):
        raise SubscriptionError("found every country and some chosen ones; wanted one of the two")
    if not wanted.is_everywhere and not wanted.countries and not wanted.regions:
        raise SubscriptionError("found no country and no region; wanted at least one, or every country")
    unknown = sorted(set(wanted.regions) - set(region_names())) if wanted.regions else []
    if unknown:
        raise SubscriptionError(f"found the region {unknown[0]}; wanted an M49 code of a region with countries")


def _refuse_subjects(wanted: Wanted) -> None:
    unknown = sorted(set(wanted.factors) - set(FACTORS))
    if unknown:
        raise SubscriptionError(f"found the risk factor {unknown[0]}; wanted one from 1 to {FACTORS[-1]}")
    strange = sorted(set(wanted.scopes) - set(Factor.Scope.values))
    if strange:
        raise SubscriptionError(f"found an unknown scope; wanted one of {', '.join(Factor.Scope.values)}")


def _refuse_ways(wanted: Wanted, person_id: int) -> None:
    if wanted.frequency not in Frequency.values:
        raise SubscriptionError(f"found an unknown frequency; wanted one of {', '.join(Frequency.values)}")
    if wanted.endpoint is None:
        return
    if wanted.endpoint.owner_id != person_id or wanted.endpoint.ended_at is not None:
        raise SubscriptionError(f"found the endpoint {wanted.endpoint.pk}; wanted one of the person's own, in use")
    if wanted.frequency != Frequency.AT_ONCE:
        raise SubscriptionError(f"found a webhook {wanted.frequency}; wanted one at once: a machine gathers for itself")
