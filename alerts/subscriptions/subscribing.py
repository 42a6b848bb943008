"""The use cases of rules: who is to be warned of what, made, changed, ended and taken up again."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from alerts.messages import describe
from alerts.models import Endpoint, Subscription
from alerts.subscriptions import confirming
from alerts.subscriptions.mornings import wait_for_mornings
from alerts.subscriptions.wanting import LEAST_LEVELS, SubscriptionError, Wanted, refuse_what_cannot_be, wanted_by
from people.models import User
from people.permissions import Action, may

__all__ = [
    "BY_LINK",
    "BY_OWNER",
    "BY_PERSON",
    "LEAST_LEVELS",
    "UNSUBSCRIBED",
    "SubscriptionError",
    "Wanted",
    "change",
    "describe",
    "end",
    "end_all",
    "ended_together",
    "resume",
    "resume_all",
    "subscribe",
]

UNSUBSCRIBED = "unsubscribed by the link in a mail"
BY_LINK = "ended by the person, by a signed link"
BY_PERSON = "ended by the person"
BY_OWNER = "ended by its owner"
# How only the person ends a rule: nobody else takes it up again.
_THEIR_OWN = {UNSUBSCRIBED, BY_LINK, BY_PERSON, BY_OWNER, confirming.DECLINED, confirming.REPLACED}
RULES_MAX = 50  # of one person at a time: more are a sign that "every country" is meant


@transaction.atomic
def subscribe(*, person: User, wanted: Wanted, by: User | None, at: dt.datetime) -> Subscription:
    """A new rule. `by` is nobody where the person comes by a signed link. Raises SubscriptionError.

    What somebody makes for another counts once that person said yes: a mail asks them.
    """
    person = User.objects.select_for_update().get(pk=person.pk)  # or two at once make the same rule twice
    _refuse_strangers(person, by)
    _refuse_inactive(person)
    refuse_what_cannot_be(wanted, person_id=person.pk)
    active = _active(person)
    if _is_own(person, by) and (proposed := _proposed(active, wanted)) is not None:
        return confirming.confirm(subscription_id=proposed.pk, at=at)
    _refuse_too_many(active)
    _refuse_twin(active, wanted)
    return _made(person, wanted, by=by, at=at)


def _made(
    person: User, wanted: Wanted, *, by: User | None, at: dt.datetime, replaces: Subscription | None = None
) -> Subscription:
    said_yes_at = at if _is_own(person, by) else None
    made = Subscription.objects.create(
        person=person, created_at=at, created_by=by, confirmed_at=said_yes_at, **wanted.row()
    )
    made.countries.set(wanted.countries)
    if by is not None and said_yes_at is None:
        confirming.ask(rule=made, by=by, at=at, replaces=replaces)
    return made


@transaction.atomic
def change(*, subscription_id: int, wanted: Wanted, by: User | None, at: dt.datetime) -> Subscription:
    """The same rule with other words. Raises SubscriptionError.

    What asks for more of somebody else is another rule: this one counts until that person said yes to the other.
    """
    rule = _locked(subscription_id, by)
    if rule.ended_at is not None:
        raise SubscriptionError(f"rule {rule.pk} has ended; wanted one that counts: resume it, or make a new one")
    refuse_what_cannot_be(wanted, person_id=rule.person_id)
    _refuse_twin([other for other in _active(rule.person) if other.pk != rule.pk], wanted)
    if not _is_own(rule.person, by):
        if rule.confirmed_at is not None and wanted.is_more_than(wanted_by(rule)):
            return _made(rule.person, wanted, by=by, at=at, replaces=rule)
        if rule.confirmed_at is None and wanted.is_of(rule):
            return rule
    _rewrite(rule, wanted, at=at)
    _see_to_yes(rule, by=by, at=at)
    return rule


def _rewrite(rule: Subscription, wanted: Wanted, *, at: dt.datetime) -> None:
    for name, value in wanted.row().items():
        setattr(rule, name, value)
    rule.changed_at = at
    rule.save(update_fields=[*wanted.row(), "changed_at"])
    rule.countries.set(wanted.countries)
    wait_for_mornings(rule.deliveries.all())


def _see_to_yes(rule: Subscription, *, by: User | None, at: dt.datetime) -> None:
    """Who changes or takes up their own rule says yes to it; of anybody else it goes on waiting, and they are asked."""
    if rule.confirmed_at is not None:
        return
    if by is None or _is_own(rule.person, by):
        rule.confirmed_at = confirming.confirm(subscription_id=rule.pk, at=at).confirmed_at
    else:
        confirming.ask(rule=rule, by=by, at=at)


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
    """No rule of the person counts any more; how many ended now. Safe to run twice.

    The link in a mail ends what brings mails: a machine that is posted to goes on.
    """
    rules = Subscription.objects.filter(person=person, ended_at=None)
    if how == UNSUBSCRIBED:
        rules = rules.filter(channel=Subscription.Channel.MAIL)
    return rules.update(ended_at=at, ended_how=how)


@transaction.atomic
def resume(*, subscription_id: int, by: User | None = None, at: dt.datetime) -> Subscription:
    """The rule counts again, as it was. `by` is nobody where the person comes by a signed link.

    What somebody ended themself nobody else takes up again. Raises SubscriptionError.
    """
    rule = _locked(subscription_id, by)
    person = User.objects.select_for_update().get(pk=rule.person_id)  # or two at once make twins
    _refuse_inactive(person)
    if rule.ended_at is None:
        return rule
    if by is not None and by.pk != person.pk and rule.ended_how in _THEIR_OWN:
        raise SubscriptionError(f"rule {rule.pk} was {rule.ended_how}; only that person can take it up again")
    _refuse_ended_webhook(rule)
    active = _active(person)
    _refuse_too_many(active)
    _refuse_twin(active, wanted_by(rule))
    rule.ended_at, rule.ended_how, rule.changed_at = None, "", at
    rule.save(update_fields=["ended_at", "ended_how", "changed_at"])
    _see_to_yes(rule, by=by, at=at)
    return rule


def ended_together(person: User) -> QuerySet[Subscription]:
    """What the person's last unsubscribing ended; nothing while a rule of theirs brings mails."""
    ended = Subscription.objects.filter(person=person, person__is_active=True, ended_how=UNSUBSCRIBED)
    ended = ended.exclude(endpoint__ended_at__isnull=False)  # once it ended webhooks too
    last = ended.order_by("-ended_at").values_list("ended_at", flat=True).first()
    brings_mails = _active(person).filter(channel=Subscription.Channel.MAIL).exists()
    return ended.none() if last is None or brings_mails else ended.filter(ended_at=last)


@transaction.atomic
def resume_all(*, person: User, at: dt.datetime) -> int:
    """Takes up again what the person's last unsubscribing ended; how many. Safe to run twice."""
    rules = list(ended_together(person).values_list("pk", flat=True))
    return Subscription.objects.filter(pk__in=rules).update(ended_at=None, ended_how="", changed_at=at)


def _is_own(person: User, by: User | None) -> bool:
    return by is None or by.pk == person.pk


def _proposed(active: QuerySet[Subscription], wanted: Wanted) -> Subscription | None:
    """The same rule, made by somebody else, to which the person has not said yes yet."""
    return next((rule for rule in active if rule.confirmed_at is None and wanted.is_of(rule)), None)


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


def _refuse_ended_webhook(rule: Subscription) -> None:
    """Locks the webhook, so that it does not end meanwhile."""
    if rule.endpoint_id is None:
        return
    if Endpoint.objects.select_for_update().get(pk=rule.endpoint_id).ended_at is not None:
        raise SubscriptionError(
            f"rule {rule.pk} is for a webhook that has ended; wanted one in use: add the webhook anew, then a rule"
        )


def _refuse_too_many(active: QuerySet[Subscription]) -> None:
    if len(active) >= RULES_MAX:
        raise SubscriptionError(f"found {len(active)} rules; wanted at most {RULES_MAX}: put several into one")


def _refuse_twin(others: Iterable[Subscription], wanted: Wanted) -> None:
    for other in others:
        if wanted.is_of(other):
            raise SubscriptionError(f"found the same rule already (number {other.pk}); wanted another one")
