"""Rules: made, changed, ended and taken up again, by whom and as what."""

import datetime as dt
from typing import Any

import pytest

from alerts.models import Endpoint, Subscription
from alerts.subscriptions import confirming, subscribing
from alerts.subscriptions.subscribing import BY_LINK, BY_OWNER, BY_PERSON, UNSUBSCRIBED, SubscriptionError, Wanted
from indicators.models.score import Level
from people.models import User
from people.permissions import Role
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
LATER = NOW + dt.timedelta(days=1)


def wanted(**fields: Any) -> Wanted:
    given: dict[str, Any] = {"is_everywhere": False, "countries": [make.country("SDN")]} | fields
    return Wanted(**given)


def subscribed(person: User | None = None, *, by: User | None = None, **fields: Any) -> Subscription:
    person = person or make.person(Role.FOCAL_POINT)
    return subscribing.subscribe(person=person, wanted=wanted(**fields), by=by, at=NOW)


def test_a_rule_is_countries_or_regions_and_a_least_level() -> None:
    rule = subscribed(regions=[15, 2, 15], least_level=Level.HIGH)

    assert subscribing.describe(rule) == "alerts about Sudan, Africa and Northern Africa from HIGH on"
    assert (rule.regions, rule.created_at, rule.created_by) == ([2, 15], NOW, None)


def test_a_rule_for_every_country_keeps_no_list() -> None:
    rule = subscribed(is_everywhere=True, countries=[])

    assert subscribing.describe(rule) == "alerts about every country from ELEVATED on"
    assert not rule.countries.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"countries": []}, "found no country and no region; wanted at least one, or every country"),
        ({"is_everywhere": True}, "found every country and some chosen ones; wanted one of the two"),
        ({"regions": [2, 999]}, "found the region 999; wanted an M49 code of a region with countries"),
        ({"least_level": 2}, "found the level 2; wanted one of ELEVATED, HIGH, SEVERE"),
        ({"least_level": 6}, "found the level 6; wanted one of ELEVATED, HIGH, SEVERE"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    rule = subscribed()
    with pytest.raises(SubscriptionError, match=f"^{sentence}$"):
        subscribed(**fields)
    with pytest.raises(SubscriptionError, match=f"^{sentence}$"):
        subscribing.change(subscription_id=rule.pk, wanted=wanted(**fields), by=None, at=LATER)

    assert Subscription.objects.count() == 1


def test_the_same_rule_is_not_made_twice() -> None:
    person = make.person()
    rule = subscribed(person)
    with pytest.raises(SubscriptionError, match=f"same rule already .number {rule.pk}."):
        subscribed(person)

    subscribing.end(subscription_id=rule.pk, how="done", by=None, at=LATER)
    assert subscribed(person) != rule


def test_a_change_into_a_rule_that_is_there_is_refused() -> None:
    person = make.person()
    subscribed(person)
    other = subscribed(person, least_level=Level.HIGH)

    with pytest.raises(SubscriptionError, match="same rule already"):
        subscribing.change(subscription_id=other.pk, wanted=wanted(), by=None, at=LATER)


def test_a_change_keeps_the_rule_and_says_when() -> None:
    rule = subscribed()
    asked = wanted(countries=[make.country("TCD")], regions=[202])
    changed = subscribing.change(subscription_id=rule.pk, wanted=asked, by=None, at=LATER)

    assert (changed.pk, changed.created_at, changed.changed_at) == (rule.pk, NOW, LATER)
    assert subscribing.describe(changed) == "alerts about Chad and Sub-Saharan Africa from ELEVATED on"


def test_an_ended_rule_is_kept_as_it_ended_and_cannot_be_changed() -> None:
    rule = subscribed()
    subscribing.end(subscription_id=rule.pk, how="first", by=None, at=NOW)
    again = subscribing.end(subscription_id=rule.pk, how="second", by=None, at=LATER)

    assert (again.ended_how, again.ended_at) == ("first", NOW)
    with pytest.raises(SubscriptionError, match="has ended"):
        subscribing.change(subscription_id=rule.pk, wanted=wanted(regions=[2]), by=None, at=LATER)


def test_a_rule_counts_again_after_resuming() -> None:
    rule = subscribed()
    subscribing.end(subscription_id=rule.pk, how="done", by=None, at=NOW)

    again = subscribing.resume(subscription_id=rule.pk, at=LATER)

    assert (again.ended_at, again.ended_how, again.changed_at) == (None, "", LATER)
    assert list(Subscription.objects.active()) == [rule]
    assert subscribing.resume(subscription_id=rule.pk, at=LATER + dt.timedelta(days=1)).changed_at == LATER


def test_no_rule_is_taken_up_again_beside_its_twin() -> None:
    person = make.person()
    rule = subscribed(person)
    subscribing.end(subscription_id=rule.pk, how="done", by=None, at=NOW)
    twin = subscribed(person)

    with pytest.raises(SubscriptionError, match=f"same rule already .number {twin.pk}."):
        subscribing.resume(subscription_id=rule.pk, at=LATER)

    assert list(Subscription.objects.active()) == [twin]


def test_no_rule_is_taken_up_again_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    person = make.person()
    rule = subscribed(person)
    subscribing.end(subscription_id=rule.pk, how="done", by=None, at=NOW)
    subscribed(person, regions=[2])
    monkeypatch.setattr(subscribing, "RULES_MAX", 1)

    with pytest.raises(SubscriptionError, match="found 1 rules; wanted at most 1"):
        subscribing.resume(subscription_id=rule.pk, at=LATER)


@pytest.mark.parametrize("how", [UNSUBSCRIBED, BY_LINK, BY_PERSON, BY_OWNER, confirming.REPLACED])
def test_what_a_person_ended_only_that_person_takes_up_again(how: str) -> None:
    rule, admin = subscribed(), make.person(Role.ADMIN)
    subscribing.end_all(person=rule.person, how=how, at=NOW)

    with pytest.raises(SubscriptionError, match=f"rule {rule.pk} was {how}; only that person can take it up again"):
        subscribing.resume(subscription_id=rule.pk, by=admin, at=LATER)
    assert not Subscription.objects.active().exists()

    assert subscribing.resume(subscription_id=rule.pk, by=rule.person, at=LATER).ended_at is None


def test_staff_take_up_again_what_staff_ended_and_others_do_not() -> None:
    rule, admin = subscribed(), make.person(Role.ADMIN)
    subscribing.end(subscription_id=rule.pk, how="ended by staff", by=admin, at=NOW)

    with pytest.raises(SubscriptionError, match="may not manage other people's subscriptions"):
        subscribing.resume(subscription_id=rule.pk, by=make.person(Role.REVIEWER), at=LATER)
    assert subscribing.resume(subscription_id=rule.pk, by=admin, at=LATER).ended_at is None


def test_all_rules_end_at_once_and_twice_is_once() -> None:
    person = make.person()
    subscribed(person)
    subscribed(person, regions=[2])
    another = subscribed()

    assert subscribing.end_all(person=person, at=NOW) == 2
    assert subscribing.end_all(person=person, at=LATER) == 0
    assert list(Subscription.objects.active()) == [another]


def test_resuming_all_takes_up_what_the_last_unsubscribing_ended_and_nothing_older() -> None:
    person = make.person()
    old = subscribed(person, regions=[2])
    subscribing.end(subscription_id=old.pk, how="long ago", by=None, at=NOW)
    rule = subscribed(person)
    subscribing.end_all(person=person, at=LATER)

    assert subscribing.resume_all(person=person, at=LATER) == 1
    assert list(Subscription.objects.active()) == [rule]
    assert subscribing.resume_all(person=person, at=LATER) == 0


@pytest.mark.parametrize("role", Role)
def test_only_those_who_manage_subscriptions_touch_another_persons(role: Role) -> None:
    by, person = make.person(role), make.person()
    rule = subscribed(person)
    asked: dict[str, Any] = {"subscription_id": rule.pk, "by": by, "at": LATER}
    if role in {Role.PUBLISHER, Role.ADMIN}:
        assert subscribed(person, by=by, regions=[2]).created_by == by
        subscribing.change(**asked, wanted=wanted(regions=[142]))
        subscribing.end(**asked, how="by staff")
        return
    with pytest.raises(SubscriptionError, match="may not manage other people's subscriptions"):
        subscribed(person, by=by, regions=[2])
    with pytest.raises(SubscriptionError, match="may not manage other people's subscriptions"):
        subscribing.change(**asked, wanted=wanted(regions=[142]))
    with pytest.raises(SubscriptionError, match="may not manage other people's subscriptions"):
        subscribing.end(**asked, how="not theirs")
    assert subscribed(by, by=by).created_by == by


def test_nobody_switched_off_gets_a_rule_or_takes_one_up_again() -> None:
    person = make.person()
    rule = subscribed(person)
    subscribing.end_all(person=person, at=NOW)
    User.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(SubscriptionError, match="is switched off"):
        subscribed(person, by=make.person(Role.ADMIN))
    with pytest.raises(SubscriptionError, match="is switched off"):
        subscribing.resume(subscription_id=rule.pk, at=LATER)
    assert subscribing.resume_all(person=person, at=LATER) == 0


def test_a_rule_that_is_not_there_is_said_to_be_none() -> None:
    with pytest.raises(SubscriptionError, match="rule 0: found none"):
        subscribing.end(subscription_id=0, how="x", by=None, at=NOW)


def test_nobody_piles_up_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "RULES_MAX", 1)
    person = make.person()
    subscribed(person)

    with pytest.raises(SubscriptionError, match="found 1 rules; wanted at most 1"):
        subscribed(person, regions=[2])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"factors": [3, 15]}, "found the risk factor 15; wanted one from 1 to 14"),
        ({"scopes": ["x"]}, "found an unknown scope; wanted one of common, genocide"),
        ({"frequency": "hourly"}, "found an unknown frequency; wanted one of at_once, daily, weekly"),
    ],
)
def test_a_rule_about_what_cannot_be_is_refused(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SubscriptionError, match=f"^{sentence}"):
        subscribed(**fields)


def test_a_rule_says_what_it_is_about_and_how_often() -> None:
    rule = subscribed(factors=[10, 9, 9], scopes=["war_crimes"], frequency="daily")

    assert subscribing.describe(rule) == (
        "alerts about Sudan from ELEVATED on, only on risk factors 9 or 10 or risk factors of war crimes, once a day"
    )


def test_a_rule_about_other_factors_is_no_twin() -> None:
    person = make.person()
    subscribed(person, factors=[9])
    other = subscribed(person, factors=[10], frequency="weekly")

    assert list(Subscription.objects.active().order_by("pk"))[1:] == [other]
    with pytest.raises(SubscriptionError, match="same rule already"):
        subscribed(person, factors=[10], frequency="weekly")


def test_only_a_persons_own_endpoint_in_use_is_posted_to_and_at_once() -> None:
    person = make.person()
    fields: dict[str, Any] = {"url": "https://machine.test.example/", "created_at": NOW}
    own = Endpoint.objects.create(owner=person, name="own", **fields)
    other = Endpoint.objects.create(owner=make.person(), name="other", **fields)
    ended = Endpoint.objects.create(owner=person, name="ended", ended_at=NOW, ended_how="by the owner", **fields)
    assert subscribing.describe(subscribed(person, endpoint=own)).endswith("from ELEVATED on, to a webhook")

    for wrong in (other, ended):
        with pytest.raises(SubscriptionError, match=f"found the endpoint {wrong.pk}; wanted one of the person's own"):
            subscribed(person, endpoint=wrong)
    with pytest.raises(SubscriptionError, match="wanted one at once"):
        subscribed(person, endpoint=own, frequency="daily")


def machine_of(person: User, **fields: Any) -> Endpoint:
    return Endpoint.objects.create(
        owner=person, name="own", url="https://machine.test.example/", created_at=NOW, **fields
    )


def test_the_link_of_a_mail_ends_mails_and_no_webhook() -> None:
    person = make.person()
    mails, posts = subscribed(person), subscribed(person, endpoint=machine_of(person))

    assert subscribing.end_all(person=person, at=NOW) == 1
    assert list(Subscription.objects.active()) == [posts]
    assert list(subscribing.ended_together(person)) == [mails]
    assert subscribing.resume_all(person=person, at=LATER) == 1
    assert subscribing.end_all(person=person, how=BY_LINK, at=LATER) == 2


def test_no_rule_of_an_ended_webhook_is_taken_up_again() -> None:
    person = make.person()
    rule = subscribed(person, endpoint=machine_of(person))
    subscribing.end(subscription_id=rule.pk, how=UNSUBSCRIBED, by=None, at=NOW)
    Endpoint.objects.update(ended_at=NOW, ended_how="ended by its owner")

    with pytest.raises(SubscriptionError, match=f"rule {rule.pk} is for a webhook that has ended"):
        subscribing.resume(subscription_id=rule.pk, by=person, at=LATER)
    assert subscribing.resume_all(person=person, at=LATER) == 0
