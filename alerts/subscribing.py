"""The use cases of rules: who is to be warned of what, made, changed, ended and taken up again."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet

from alerts.messages import describe, region_names
from alerts.models import Subscription
from countries.models import Country
from indicators.models.score import Level
from people.models import User
from people.permissions import Action, may

__all__ = [
    "BY_LINK",
    "LEAST_LEVELS",
    "UNSUBSCRIBED",
    "SubscriptionError",
    "change",
    "describe",
    "end",
    "end_all",
    "ended_together",
    "resume",
    "resume_all",
    "subscribe",
]

LEAST_LEVELS = (Level.ELEVATED, Level.HIGH, Level.SEVERE)  # below ELEVATED nobody is warned
UNSUBSCRIBED = "unsubscribed by the link in a mail"
BY_LINK = "ended by the person, by a signed link"
RULES_MAX = 50  # of one person at a time: more are a sign that "every country" is meant


class SubscriptionError(ValueError):
    """A rule that cannot be; says what was found and what was wanted, for the person who asked for it."""


@transaction.atomic
def subscribe(
    *,
    person: User,
    is_everywhere: bool,
    countries: Collection[Country],
    regions: Collection[int],
    least_level: int,
    by: User | None,
    at: dt.datetime,
) -> Subscription:
    """A new rule. `by` is nobody where the person comes by a signed link. Raises SubscriptionError."""
    person = User.objects.select_for_update().get(pk=person.pk)  # or two at once make the same rule twice
    _refuse_strangers(person, by)
    _refuse_inactive(person)
    regions = _checked(is_everywhere, countries, regions, least_level)
    active = _active(person)
    _refuse_too_many(active)
    _refuse_twin(active, is_everywhere, countries, regions, least_level)
    made = Subscription.objects.create(
        person=person,
        is_everywhere=is_everywhere,
        regions=regions,
        least_level=least_level,
        created_at=at,
        created_by=by,
        confirmed_at=at,
    )
    made.countries.set([] if is_everywhere else countries)
    return made


@transaction.atomic
def change(
    *,
    subscription_id: int,
    is_everywhere: bool,
    countries: Collection[Country],
    regions: Collection[int],
    least_level: int,
    by: User | None,
    at: dt.datetime,
) -> Subscription:
    """The same rule with other words. Raises SubscriptionError."""
    rule = _locked(subscription_id, by)
    if rule.ended_at is not None:
        raise SubscriptionError(f"rule {rule.pk} has ended; wanted one that counts: resume it, or make a new one")
    regions = _checked(is_everywhere, countries, regions, least_level)
    others = [other for other in _active(rule.person) if other.pk != rule.pk]
    _refuse_twin(others, is_everywhere, countries, regions, least_level)
    rule.is_everywhere, rule.regions, rule.least_level, rule.changed_at = is_everywhere, regions, least_level, at
    rule.save(update_fields=["is_everywhere", "regions", "least_level", "changed_at"])
    rule.countries.set([] if is_everywhere else countries)
    return rule


@transaction.atomic
def end(*, subscription_id: int, how: str, by: User | None, at: dt.datetime) -> Subscription:
    """The rule counts no more; it is kept. What has ended stays as it ended. Raises SubscriptionError."""
    rule = _locked(subscription_id, by)
    if rule.ended_at is None:
        rule.ended_at, rule.ended_how = at, how
        rule.save(update_fields=["ended_at", "ended_how"])
    return rule


@transaction.atomic
def end_all(*, person: User, how: str = UNSUBSCRIBED, at: dt.datetime) -> int:
    """No rule of the person counts any more; how many ended now. Safe to run twice."""
    return Subscription.objects.filter(person=person, ended_at=None).update(ended_at=at, ended_how=how)


@transaction.atomic
def resume(*, subscription_id: int, by: User | None = None, at: dt.datetime) -> Subscription:
    """The rule counts again, as it was. `by` is nobody where the person comes by a signed link.

    What somebody ended by a link of theirs nobody else takes up again. Raises SubscriptionError.
    """
    rule = _locked(subscription_id, by)
    person = User.objects.select_for_update().get(pk=rule.person_id)  # or two at once make twins
    _refuse_inactive(person)
    if rule.ended_at is None:
        return rule
    if by is not None and by.pk != person.pk and rule.ended_how in {UNSUBSCRIBED, BY_LINK}:
        raise SubscriptionError(f"rule {rule.pk} was {rule.ended_how}; only that person can take it up again")
    active = _active(person)
    _refuse_too_many(active)
    _refuse_twin(active, rule.is_everywhere, rule.countries.all(), rule.regions, rule.least_level)
    rule.ended_at, rule.ended_how, rule.changed_at = None, "", at
    rule.save(update_fields=["ended_at", "ended_how", "changed_at"])
    return rule


def ended_together(person: User) -> QuerySet[Subscription]:
    """What the person's last unsubscribing ended; nothing while a rule of theirs counts."""
    ended = Subscription.objects.filter(person=person, person__is_active=True, ended_how=UNSUBSCRIBED)
    last = ended.order_by("-ended_at").values_list("ended_at", flat=True).first()
    return ended.none() if last is None or _active(person).exists() else ended.filter(ended_at=last)


@transaction.atomic
def resume_all(*, person: User, at: dt.datetime) -> int:
    """Takes up again what the person's last unsubscribing ended; how many. Safe to run twice."""
    rules = list(ended_together(person).values_list("pk", flat=True))
    return Subscription.objects.filter(pk__in=rules).update(ended_at=None, ended_how="", changed_at=at)


def _active(person: User) -> QuerySet[Subscription]:
    return Subscription.objects.filter(person=person, ended_at=None).prefetch_related("countries").order_by("pk")


def _locked(subscription_id: int, by: User | None) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("person")
    rule = rows.filter(pk=subscription_id).first()
    if rule is None:
        raise SubscriptionError(f"rule {subscription_id}: found none")
    _refuse_strangers(rule.person, by)
    return rule


def _refuse_strangers(person: User, by: User | None) -> None:
    if by is not None and by.pk != person.pk and not may(by, Action.MANAGE_SUBSCRIPTIONS):
        raise SubscriptionError(f"role {by.role}: may not {Action.MANAGE_SUBSCRIPTIONS.value}")


def _refuse_inactive(person: User) -> None:
    if not person.is_active:
        raise SubscriptionError(f"person {person.pk} is switched off; wanted somebody who may be written to")


def _refuse_too_many(active: QuerySet[Subscription]) -> None:
    if len(active) >= RULES_MAX:
        raise SubscriptionError(f"found {len(active)} rules; wanted at most {RULES_MAX}: put several into one")


def _checked(
    is_everywhere: bool, countries: Collection[Country], regions: Collection[int], least_level: int
) -> list[int]:
    """The regions in order, each once. Raises SubscriptionError."""
    if least_level not in LEAST_LEVELS:
        named = ", ".join(level.label for level in LEAST_LEVELS)
        raise SubscriptionError(f"found the level {least_level}; wanted one of {named}")
    if is_everywhere and (countries or regions):
        raise SubscriptionError("found every country and some chosen ones; wanted one of the two")
    if not is_everywhere and not countries and not regions:
        raise SubscriptionError("found no country and no region; wanted at least one, or every country")
    unknown = sorted(set(regions) - set(region_names())) if regions else []
    if unknown:
        raise SubscriptionError(f"found the region {unknown[0]}; wanted an M49 code of a region with countries")
    return sorted(set(regions))


def _refuse_twin(
    others: Sequence[Subscription] | QuerySet[Subscription],
    is_everywhere: bool,
    countries: Collection[Country],
    regions: Sequence[int],
    least_level: int,
) -> None:
    wanted = (is_everywhere, least_level, set(regions), {country.pk for country in countries})
    for other in others:
        found = {country.pk for country in other.countries.all()}
        if (other.is_everywhere, other.least_level, set(other.regions), found) == wanted:
            raise SubscriptionError(f"found the same rule already (number {other.pk}); wanted another one")
