"""Signals are judged, drafts are released by people, and deliveries are written once."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from alerts import comparing
from alerts.desk import refuse, release
from alerts.desk.drafts import DeskError
from alerts.models import Alert, Delivery, Signal, Subscription, Verdict
from alerts.raising import raising, wording
from alerts.subscriptions import matching
from indicators import coding, frames, methods
from indicators.models import Evidence, Standing
from indicators.models.score import Level
from indicators.profile import CountryProfile
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox, rounds

pytestmark = pytest.mark.usefixtures("reference")
ELEVATED_ONLY = rounds.GRAVE[:9]


def subscribed(person: User | None = None, **fields: object) -> Subscription:
    countries = fields.pop("countries", [])
    person = person or make.person(Role.FOCAL_POINT)
    given = {"least_level": 3} | fields
    rule = Subscription.objects.create(person=person, created_at=make.NOW, confirmed_at=make.NOW, **given)
    rule.countries.set([make.country(str(iso3)) for iso3 in countries])  # type: ignore[attr-defined]  # a list of codes
    return rule


def test_a_high_level_waits_for_a_publisher_and_reaches_nobody_before() -> None:
    subscribed(is_everywhere=True)

    alert = rounds.alert()

    assert alert.level >= Level.HIGH
    assert (alert.state, alert.released_at) == ("draft", None)
    assert not Delivery.objects.exists()


def test_a_publisher_releases_with_a_reason_and_then_it_goes_out() -> None:
    rule = subscribed(is_everywhere=True)
    alert, publisher = rounds.alert(), make.person(Role.PUBLISHER)

    release.release(alert_id=alert.pk, by=publisher, reason="two bodies agree", at=make.NOW)
    matching.match_waiting(at=make.NOW)

    delivery = Delivery.objects.get()
    assert (delivery.alert, delivery.person, delivery.subscription) == (alert, rule.person, rule)
    alert.refresh_from_db()
    assert (alert.state, alert.decided_by, alert.decision_reason) == ("released", publisher, "two bodies agree")


def test_a_warning_is_of_the_method_in_use_where_two_are_published() -> None:
    rounds.score()
    methods.publish(overrides={"alarm_points": 6}, note="made up", at=make.NOW)
    rounds.score()
    subscribed(is_everywhere=True)
    alert = rounds.alert()

    release.release(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="two bodies agree", at=make.NOW)

    assert alert.snapshot.method == frames.version_in_use()
    assert Standing.objects.filter(country=alert.country).count() == 2


def test_a_lower_level_is_released_by_the_rule() -> None:
    alert = rounds.alert(indicators=ELEVATED_ONLY)

    assert alert.level == Level.ELEVATED
    assert (alert.state, alert.decided_by) == ("released", None)
    assert "AR-2" in alert.decision_reason


def test_a_historic_signal_gets_its_reason_and_no_alert() -> None:
    rounds.grave_situation(known_on=dt.date(2023, 1, 10), event_on=dt.date(2023, 1, 1))
    rounds.warn()

    assert "historic" in Verdict.objects.get().reason
    assert not Alert.objects.exists()


def test_judging_twice_raises_one_alert() -> None:
    rounds.alert()

    assert raising.raise_waiting(at=make.NOW) == 0
    assert Alert.objects.count() == 1
    assert (Verdict.objects.count(), Signal.objects.count()) == (1, 2)  # the rise; trigger evidence waits for its end


def test_a_level_that_flaps_warns_once() -> None:
    alert = rounds.alert(indicators=ELEVATED_ONLY)
    rows = list(Evidence.objects.filter(status="accepted"))
    for row in rows:
        coding.retract(evidence_id=row.pk, by=rounds.person(Role.ADMIN), reason="made up", at=make.NOW)
    rounds.warn()
    rounds.grave_situation(indicators=ELEVATED_ONLY)
    rounds.warn()

    assert Alert.objects.get(kind="rise") == alert
    assert "stands already" in Verdict.objects.filter(signal__kind="level_up").latest("pk").reason


def test_a_higher_level_breaks_through_the_cool_down() -> None:
    rounds.alert(indicators=ELEVATED_ONLY)

    higher = rounds.alert(indicators=rounds.GRAVE)

    assert Alert.objects.count() == 2
    assert higher.level > Level.ELEVATED


def test_the_same_level_warns_again_after_the_cool_down() -> None:
    rows_at = make.NOW
    rounds.alert(indicators=ELEVATED_ONLY)
    for row in Evidence.objects.filter(status="accepted"):
        coding.retract(evidence_id=row.pk, by=rounds.person(Role.ADMIN), reason="made up", at=rows_at)
    rounds.warn()
    later = make.NOW + dt.timedelta(days=200)
    rounds.grave_situation(indicators=ELEVATED_ONLY)
    rounds.warn(at=later)

    assert Alert.objects.count() == 2


def test_an_alert_says_what_its_country_page_says_to_everybody_and_no_more() -> None:
    rounds.grave_situation(indicators=rounds.GRAVE[:4], note="Not for everybody", sensitivity=Sensitivity.CONFIDENTIAL)
    alert = rounds.alert(indicators=rounds.GRAVE[4:])

    texts = " ".join([alert.headline, alert.what_changed, alert.how_sure, alert.not_known, *reasons(alert)])
    assert "Not for everybody" not in texts
    assert alert.withheld == 4
    assert "not public" in alert.not_known
    assert all(reason.evidence is None or reason.evidence.sensitivity == 0 for reason in alert.reasons.all())


def reasons(alert: Alert) -> list[str]:
    return list(alert.reasons.values_list("text", flat=True))


def test_a_headline_has_at_most_eight_words_and_there_are_three_reasons() -> None:
    alert = rounds.alert()

    assert len(alert.headline.split()) <= 8
    assert alert.reasons.count() == 3
    assert "prob" not in alert.what_changed.lower()


@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT, Role.CODER, Role.REVIEWER])
def test_only_those_who_warn_release(role: Role) -> None:
    alert = rounds.alert()

    with pytest.raises(DeskError, match="may not release"):
        release.release(alert_id=alert.pk, by=make.person(role), reason="because", at=make.NOW)
    with pytest.raises(DeskError, match="may not release"):
        refuse.refuse(alert_id=alert.pk, by=make.person(role), reason="because", at=make.NOW)


def test_a_release_without_a_reason_is_refused() -> None:
    alert = rounds.alert()

    with pytest.raises(DeskError, match="reason: found 0 characters"):
        release.release(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="  ", at=make.NOW)


def test_two_publishers_do_not_decide_twice() -> None:
    alert = rounds.alert()
    refuse.refuse(alert_id=alert.pk, by=make.person(Role.PUBLISHER, name="Ann"), reason="one body only", at=make.NOW)

    with pytest.raises(DeskError, match="found it refused by Ann"):
        release.release(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="because", at=make.NOW)


def test_a_warning_of_a_level_that_no_longer_stands_is_not_released() -> None:
    alert = rounds.alert()
    for row in Evidence.objects.filter(status="accepted"):
        coding.retract(evidence_id=row.pk, by=rounds.person(Role.ADMIN), reason="made up", at=make.NOW)
    rounds.score()

    with pytest.raises(DeskError, match="found the country at UNDETERMINED now"):
        release.release(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="because", at=make.NOW)


def test_a_warning_whose_time_is_over_is_not_released() -> None:
    alert = rounds.alert()
    late = make.NOW + dt.timedelta(days=100)

    with pytest.raises(DeskError, match="it was valid until"):
        release.release(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="late", at=late)


def test_a_stronger_draft_takes_the_place_of_a_weaker_one() -> None:
    weaker = rounds.alert(indicators=rounds.GRAVE[:14])
    stronger = rounds.alert(indicators=rounds.GRAVE, severity=4)
    assert weaker.level < stronger.level

    weaker.refresh_from_db()
    assert weaker.state == "lapsed"
    assert list(Alert.objects.waiting()) == [stronger]


def test_a_draft_of_a_level_that_was_warned_of_already_is_not_released() -> None:
    draft, publisher = rounds.alert(), make.person(Role.PUBLISHER)
    outbox.alert(level=5, decided_by=publisher)

    with pytest.raises(DeskError, match="warned of SEVERE already"):
        release.release(alert_id=draft.pk, by=publisher, reason="late", at=make.NOW)


def retract(rows: list[Evidence]) -> None:
    for row in rows:
        coding.retract(evidence_id=row.pk, by=rounds.person(Role.ADMIN), reason="made up", at=make.NOW)


def test_a_draft_whose_level_fell_lapses_and_the_level_that_stands_is_warned_of() -> None:
    subscribed(is_everywhere=True)
    rounds.grave_situation(indicators=ELEVATED_ONLY)
    more = rounds.grave_situation(indicators=rounds.GRAVE[9:])
    rounds.warn()
    draft = Alert.objects.get()
    assert draft.level >= Level.HIGH

    retract(more)
    rounds.warn()

    draft.refresh_from_db()
    assert (draft.state, draft.decided_by) == ("lapsed", None)
    assert "ELEVATED now" in draft.decision_reason
    assert Delivery.objects.get().alert.level == Level.ELEVATED


def test_a_draft_that_nobody_decided_in_time_lapses_into_a_fresh_one() -> None:
    stale = rounds.alert()
    rounds.warn(at=make.NOW + dt.timedelta(days=100))

    stale.refresh_from_db()
    fresh = Alert.objects.waiting().get()
    assert (stale.state, fresh.level, fresh.signal) == ("lapsed", stale.level, stale.signal)
    assert fresh.valid_until > stale.valid_until


def test_a_refused_draft_does_not_come_back() -> None:
    alert = rounds.alert()
    refuse.refuse(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="one body only", at=make.NOW)

    rounds.warn(at=make.NOW + dt.timedelta(days=1))

    assert not Alert.objects.waiting().exists()


def test_a_rise_judged_late_is_warned_of_at_the_level_that_stands() -> None:
    """Up to HIGH and settled at ELEVATED before the rule looked: nobody was warned of either."""
    rounds.grave_situation(indicators=ELEVATED_ONLY)
    more = rounds.grave_situation(indicators=rounds.GRAVE[9:])
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    retract(more)
    rounds.score()

    raising.raise_waiting(at=make.NOW)

    alert = Alert.objects.get()
    assert (alert.level, alert.state) == (Level.ELEVATED, "released")


def test_an_alert_speaks_of_the_score_that_it_names_also_when_another_run_came_in_between() -> None:
    rounds.grave_situation(indicators=ELEVATED_ONLY)
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    rounds.grave_situation(indicators=rounds.GRAVE[9:])
    rounds.score()

    raising.raise_waiting(at=make.NOW)

    alert = Alert.objects.get()
    assert f"{alert.snapshot.overall:.1f} of 100" in alert.what_changed
    assert (alert.level, alert.state) == (alert.snapshot.shown_level, "draft")


def test_a_signal_that_breaks_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for iso3 in ("MMR", "UKR"):
        rounds.grave_situation(iso3=iso3, indicators=ELEVATED_ONLY)
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    words_of = wording.words_of

    def broken_for_one(profile: CountryProfile, **rest: Any) -> object:
        if profile.country.iso3 == "MMR":
            raise ZeroDivisionError
        return words_of(profile, **rest)

    monkeypatch.setattr(wording, "words_of", broken_for_one)
    with pytest.raises(raising.RaisingError, match="1 could not be judged"):
        raising.raise_waiting(at=make.NOW)

    assert Alert.objects.get().country.iso3 == "UKR"
    assert {signal.country.iso3 for signal in Signal.objects.unjudged()} == {"MMR"}


def test_what_is_not_public_neither_leads_nor_is_counted_as_public() -> None:
    rounds.grave_situation(indicators=rounds.GRAVE[2:9], sensitivity=Sensitivity.CONFIDENTIAL)
    alert = rounds.alert(indicators=rounds.GRAVE[:2])

    assert alert.withheld == 7
    assert "2 public pieces of evidence" in alert.how_sure
    assert alert.headline in {make.indicator(code).label for code in rounds.GRAVE[:2]}
    assert all(reason.evidence is not None for reason in alert.reasons.all())


def test_postgresql_itself_lets_no_high_alert_out_without_a_person() -> None:
    alert = rounds.alert()

    with pytest.raises(IntegrityError, match="a_person_releases_high_and_severe"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(
            state="released", decided_at=make.NOW, released_at=make.NOW, decision_reason="nobody did"
        )


def test_the_words_of_a_draft_may_be_changed_and_its_level_may_not() -> None:
    alert = rounds.alert()

    assert Alert.objects.filter(pk=alert.pk).update(headline="something else") == 1
    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(level=3)


def test_what_an_alert_said_is_never_rewritten() -> None:
    alert = rounds.alert(indicators=ELEVATED_ONLY)
    assert alert.state == "released"

    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(headline="something else")


def matched(**fields: object) -> bool:
    rule = subscribed(**fields)  # type: ignore[arg-type]  # passed on by name
    rounds.alert(indicators=ELEVATED_ONLY)
    return Delivery.objects.filter(subscription=rule).exists()


@pytest.mark.parametrize(
    ("fields", "is_warned"),
    [
        ({"is_everywhere": True}, True),
        ({"countries": ["MMR"]}, True),
        ({"countries": ["UKR"]}, False),
        ({"regions": [142]}, True),  # Asia
        ({"regions": [35]}, True),  # South-eastern Asia
        ({"regions": [2]}, False),  # Africa
        ({"is_everywhere": True, "least_level": 4}, False),
        ({}, False),
    ],
)
def test_a_rule_means_countries_or_regions_and_a_least_level(fields: dict[str, object], is_warned: bool) -> None:
    assert matched(**fields) == is_warned


def test_a_person_with_two_matching_rules_gets_one_mail() -> None:
    person = make.person(Role.FOCAL_POINT)
    subscribed(person, is_everywhere=True)
    subscribed(person, countries=["MMR"])

    alert = rounds.alert(indicators=ELEVATED_ONLY)

    assert Delivery.objects.get().person == person
    assert [rule.person for rule in matching.recipients_of(alert)] == [person]


def test_nobody_is_written_to_whose_rule_ended_or_who_may_not_sign_in() -> None:
    subscribed(is_everywhere=True, ended_at=make.NOW, ended_how="by the link")
    subscribed(make.person(Role.FOCAL_POINT, is_active=False), is_everywhere=True)

    rounds.alert(indicators=ELEVATED_ONLY)

    assert not Delivery.objects.exists()


def test_matching_twice_writes_nothing_twice() -> None:
    subscribed(is_everywhere=True)
    rounds.alert(indicators=ELEVATED_ONLY)

    assert matching.match_waiting(at=make.NOW) == 0
    assert Delivery.objects.count() == 1


def test_a_later_subscription_brings_no_old_alert() -> None:
    rounds.alert(indicators=ELEVATED_ONLY)
    subscribed(is_everywhere=True)

    matching.match_waiting(at=make.NOW)
    comparing.compare_waiting(at=make.NOW)

    assert not Delivery.objects.exists()
