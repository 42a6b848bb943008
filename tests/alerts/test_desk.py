"""The release desk: drafts are put in other words, released, practised or refused, each with name and reason."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from alerts import policy
from alerts.desk import refuse, release
from alerts.desk.drafts import DeskError, Words
from alerts.models import Alert, AlertDecision, Delivery
from alerts.raising import raising, warned
from alerts.subscriptions import matching
from indicators.models import ScoreRun, Standing
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox, rounds
from tests.alerts.desks import draft, edited

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)


def released(row: Alert, **given: Any) -> Alert:
    by = make.person(Role.PUBLISHER)
    return release.release(alert_id=row.pk, by=by, reason="two bodies agree", at=make.NOW, **given)


# --- other words ---------------------------------------------------------------------------------------------
def test_other_words_are_kept_with_the_name_the_reason_and_the_words_before() -> None:
    row, by = draft(headline="Before"), make.person(Role.PUBLISHER)

    edited(row, by=by, headline="After it", reason="clearer")

    kept = AlertDecision.objects.get()
    assert (kept.action, kept.by, kept.reason, kept.before) == ("edited", by, "clearer", {"headline": "Before"})
    row.refresh_from_db()
    assert row.headline == "After it"


def test_who_comes_second_is_told_by_whom_it_was_changed() -> None:
    row = draft()
    edited(row, by=make.person(Role.PUBLISHER, name="Ann"), how_sure="Ann is sure.")

    with pytest.raises(DeskError, match="changed by Ann since you opened"):
        edited(row, how_sure="Bob is not.")


def test_the_same_words_sent_twice_are_saved_once() -> None:
    row = draft()
    for _ in range(2):
        edited(row, how_sure="Quite sure.")

    assert AlertDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ({"headline": "one two three four five six seven eight nine"}, "found 9 words; wanted at most 8"),
        ({"headline": "x" * 121}, "headline: found 121 characters; wanted at most 120"),
        ({"not_known": " \n "}, "not known: found nothing"), ({"can_be_done": "x" * 1501}, "wanted at most 1500"),
        ({"valid_until": dt.date(2024, 6, 30)}, "wanted a day from 2024-07-01 to 2024-09-29"),
        ({"valid_until": dt.date(2024, 9, 30)}, "wanted a day from 2024-07-01 to 2024-09-29"),
        ({}, "found no word changed"), ({"reason": "x", "how_sure": "Other."}, "reason: found 1 characters"),
        ({"how_sure": "Write to ann@test.example about it."}, "found a mail address"),
    ],
)  # fmt: skip
def test_words_that_do_not_fit_are_refused(to: dict[str, Any], says: str) -> None:
    row = draft(valid_until=dt.date(2024, 9, 1))

    with pytest.raises(DeskError, match=says):
        edited(row, **to)
    assert not AlertDecision.objects.exists()


def test_words_of_a_piece_that_is_not_public_are_refused_and_name_it_by_its_number() -> None:
    piece = make.confidential(note="The witness hides in the old mill by the river")
    row = draft()

    with pytest.raises(DeskError, match=f"evidence {piece.pk} says, which is not public") as refused:
        edited(row, what_changed="Somebody says: the witness hides, in the OLD mill.")
    assert "mill" not in str(refused.value)
    with pytest.raises(DeskError, match="not public"):
        edited(row, what_changed=f"See /evidence/{piece.pk}/ for it.")


def test_words_that_a_public_piece_says_too_may_be_used() -> None:
    for sensitivity in (Sensitivity.PUBLIC, Sensitivity.CONFIDENTIAL):
        make.accepted(note="Twelve villages were burnt in the north", sensitivity=sensitivity)

    assert "Twelve villages" in edited(draft(), what_changed="Twelve villages were burnt in the north.").what_changed


def test_a_release_of_words_that_were_changed_meanwhile_is_refused() -> None:
    row = draft()
    seen = Words.of(row).digest()
    edited(row, how_sure="Other words.")

    with pytest.raises(DeskError, match="Read it again"):
        released(row, seen=seen)


@pytest.mark.parametrize("state", ["released", "refused"])
def test_what_was_decided_keeps_its_words(state: str) -> None:
    row = draft()
    by = make.person(Role.PUBLISHER, name="Ann")
    {"released": release.release, "refused": refuse.refuse}[state](
        alert_id=row.pk, by=by, reason="it is so", at=make.NOW
    )

    with pytest.raises(DeskError, match=f"found it {state} by Ann"):
        edited(row, how_sure="Too late.")


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PUBLISHER, Role.ADMIN}])
def test_only_those_who_release_may_change_the_words(role: Role) -> None:
    with pytest.raises(DeskError, match="may not release"):
        edited(draft(), by=make.person(role), how_sure="Other words.")


# --- practice ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_setting", [True, False])
def test_practice_writes_to_nobody_and_stands_in_no_public_list(is_setting: bool, settings: Settings) -> None:
    settings.ALERTS_DRY_RUN = is_setting
    outbox.subscription()
    row = released(draft(), is_dry_run=not is_setting)

    assert matching.match_waiting(at=make.NOW) == 0
    assert not Delivery.objects.exists()
    assert (row.is_dry_run, Alert.objects.released().count()) == (True, 0)
    assert Alert.objects.practised().get() == row
    assert not Alert.objects.visible_to(make.person(Role.REVIEWER)).exists()


def test_the_rule_practises_too_where_the_installation_does(settings: Settings) -> None:
    settings.ALERTS_DRY_RUN = True
    outbox.subscription()

    row = rounds.alert(indicators=rounds.GRAVE[:9])

    assert (row.state, row.is_dry_run, row.decided_by) == ("released", True, None)
    assert not Delivery.objects.exists()


def test_practice_mutes_nothing() -> None:
    row = draft()
    released(row, is_dry_run=True)

    said = warned.warned(situation=row.situation, country_id=row.country_id, at=make.NOW, without=[row.pk])
    assert policy.warned_level(said, kind="rise", at=make.NOW) == 0
    assert policy.superseded(said, level=5, day=make.TODAY) is None


# --- old scores ----------------------------------------------------------------------------------------------
def test_nothing_is_released_after_a_failed_run() -> None:
    row = draft()
    method = row.snapshot.method
    days = {"as_of": make.TODAY, "known_on": make.TODAY, "started_at": make.NOW, "failed_at": make.NOW}
    failed = ScoreRun.objects.create(method=method, is_full=True, code_version="", state="failed", **days)

    with pytest.raises(DeskError, match=f"the latest scoring run, {failed.pk}, failed; wanted scores of the day"):
        released(row)


def test_the_rule_judges_nothing_from_old_scores_and_catches_up_with_the_next_run(settings: Settings) -> None:
    settings.INSTALLATION_DAY = make.TODAY + 3 * DAY
    rounds.grave_situation(indicators=rounds.GRAVE[:9])
    rounds.warn(at=make.NOW)
    assert not Alert.objects.exists()

    rounds.score(day=make.TODAY + 3 * DAY, at=make.NOW + 3 * DAY)
    raising.raise_waiting(at=make.NOW + 3 * DAY)

    assert Alert.objects.get().state == "released"


def test_a_release_from_old_scores_is_refused(settings: Settings) -> None:
    row = draft()
    assert Standing.objects.in_use().exists()
    settings.INSTALLATION_DAY = make.TODAY + 2 * DAY

    with pytest.raises(DeskError, match="the oldest score that stands is of 2024-06-30"):
        released(row)


def test_every_decision_is_logged_that_of_the_rule_too() -> None:
    row = rounds.alert(indicators=rounds.GRAVE[:9])
    refused = refuse.refuse(alert_id=draft(iso3="SDN").pk, by=make.person(Role.ADMIN), reason="one body", at=make.NOW)

    assert row.decisions.get().by is None
    assert (refused.decisions.get().action, refused.decisions.get().reason) == ("refused", "one body")


# --- what warned already -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "is_elsewhere", "is_found"),
    [(-30, False, True), (0, True, True), (-30, True, False), (-200, False, False)],
)
def test_a_warning_of_the_situation_or_later_than_the_draft_is_looked_up_by_one_query(
    days: int, is_elsewhere: bool, is_found: bool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    at = make.NOW + days * DAY
    row, sent = draft(), outbox.alert(raised_at=at, released_at=at, decided_at=at)
    if is_elsewhere:
        Alert.objects.filter(pk=sent.pk).update(situation=outbox.situation("SDN"))

    with django_assert_num_queries(1):
        assert warned.stronger(row, at=make.NOW) == (sent if is_found else None)
