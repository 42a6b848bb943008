"""Suggestions: accepted, changed, rejected, taken back; by one person at a time."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from indicators import coding, deciding
from indicators.coding import CodingError
from indicators.deciding import AlreadyDecided
from indicators.models import Evidence, RescoreRequest, Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Retrieval
from tests import make, waiting
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")


def accept(row: Suggestion, by: User, **changes: Any) -> Evidence:
    draft = dataclasses.replace(deciding.draft_of(row), **changes) if changes else None
    return deciding.accept(suggestion_id=row.pk, by=by, changes=draft, at=make.NOW, installation_day=make.TODAY)


def reject(row: Suggestion, by: User, reason: str = "not about this indicator") -> SuggestionDecision:
    return deciding.reject(suggestion_id=row.pk, by=by, reason=reason, at=make.NOW)


def undo(decision: SuggestionDecision, by: User) -> Suggestion:
    return deciding.undo(decision_id=decision.pk, by=by, at=make.NOW + dt.timedelta(minutes=1))


def latest(row: Suggestion) -> SuggestionDecision:
    row.refresh_from_db()
    return row.decisions.latest("pk")


@pytest.fixture
def reviewer(db: None) -> User:
    return make.person(Role.REVIEWER)


def test_accepting_makes_evidence_that_nobody_coded_and_one_person_decided(reviewer: User) -> None:
    row = suggestion()

    evidence = accept(row, reviewer)

    evidence.refresh_from_db()
    assert (evidence.coder, evidence.decided_by, evidence.decided_at) == (None, reviewer, make.NOW)
    assert (evidence.status, evidence.severity, evidence.grade) == ("accepted", 2, "B3")
    assert (evidence.event_on, evidence.dating) == (row.event_on, row.dating)
    assert evidence.known_at == dt.datetime(2024, 6, 1, tzinfo=dt.UTC), "the report's day"
    assert (evidence.recorded_at, evidence.backloaded) == (make.NOW, False)
    assert (latest(row).action, row.state, latest(row).changes) == ("accept", "accepted", {})
    assert RescoreRequest.objects.get().country == row.country


def test_what_was_changed_is_kept_with_what_it_was(reviewer: User) -> None:
    row = suggestion()

    evidence = accept(row, reviewer, severity=4, country=make.country("SDN"), event_key="sdn-synthetic")

    assert (evidence.severity, evidence.country.iso3) == (4, "SDN")
    assert (latest(row).action, row.state) == ("change", "changed")
    assert latest(row).changes == {
        "severity": {"was": 2, "became": 4},
        "country": {"was": "MMR", "became": "SDN"},
        "event_key": {"was": "", "became": "sdn-synthetic"},
    }


def test_the_same_values_sent_back_are_no_change(reviewer: User) -> None:
    row = suggestion()

    accept(row, reviewer, severity=2)

    assert latest(row).action == "accept"


def test_nobody_settles_when_the_world_could_know_nor_opens_a_closed_report(reviewer: User) -> None:
    row = suggestion(make.passage(make.report(sensitivity=Sensitivity.CONFIDENTIAL)))

    evidence = accept(row, reviewer, known_on=dt.date(2024, 6, 30), sensitivity=0)

    assert evidence.known_at.date() == dt.date(2024, 6, 1)
    assert evidence.sensitivity == Sensitivity.CONFIDENTIAL


def test_an_old_report_makes_backloaded_evidence(reviewer: User) -> None:
    row = suggestion(make.passage(make.report(published_on=dt.date(2023, 1, 10))), event_on=dt.date(2023, 1, 5))

    assert accept(row, reviewer).backloaded


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"event_on": dt.date(2024, 6, 2)}, "not after it was known"),
        ({"severity": 9}, "Value 9 is not a valid choice"),
        ({"sensitivity": 3}, "above what you may see"),
    ],
)
def test_what_cannot_stand_is_refused_and_the_suggestion_waits_on(
    reviewer: User, changes: dict[str, Any], said: str
) -> None:
    row = suggestion()

    with pytest.raises(CodingError, match=said):
        accept(row, reviewer, **changes)

    row.refresh_from_db()
    assert (row.state, row.decisions.count(), Evidence.objects.count()) == ("waiting", 0, 0)


def test_a_report_of_tomorrow_makes_no_evidence_today(reviewer: User) -> None:
    with pytest.raises(CodingError, match="in the future"):
        accept(suggestion(make.passage(make.report(published_on=dt.date(2024, 7, 2)))), reviewer)


def test_the_same_fact_is_accepted_once(reviewer: User) -> None:
    first = suggestion()
    twin = suggestion(first.passage, code="2.3")
    standing = accept(first, reviewer)

    with pytest.raises(CodingError, match=f"already as evidence {standing.pk}, accepted"):
        accept(twin, reviewer, indicator=first.indicator)


def test_rejecting_keeps_the_reason_and_asks_for_no_score(reviewer: User) -> None:
    row = suggestion()

    reject(row, reviewer, " wrong\n country ")

    assert (latest(row).action, latest(row).reason, row.state) == ("reject", "wrong country", "rejected")
    assert not Evidence.objects.exists()
    assert not RescoreRequest.objects.exists()


@pytest.mark.parametrize("reason", ["", " x ", "x" * 501])
def test_a_rejection_says_why(reviewer: User, reason: str) -> None:
    with pytest.raises(CodingError, match="wanted 3 to 500"):
        reject(suggestion(), reviewer, reason)


def test_taking_back_an_acceptance_retracts_its_evidence_and_it_can_be_accepted_anew(reviewer: User) -> None:
    row = suggestion()
    evidence = accept(row, reviewer)

    undo(latest(row), reviewer)

    evidence.refresh_from_db()
    row.refresh_from_db()
    assert (evidence.status, row.state) == ("retracted", "waiting")
    assert evidence.retraction_reason.startswith("Taken back")
    assert RescoreRequest.objects.count() == 2
    assert accept(row, reviewer).status == "accepted"
    assert list(row.decisions.order_by("pk").values_list("action", flat=True)) == ["accept", "undo", "accept"]


def test_taking_back_a_rejection_lets_it_wait_again(reviewer: User) -> None:
    row = suggestion()

    undo(reject(row, reviewer), reviewer)

    row.refresh_from_db()
    assert row.state == "waiting"


def test_only_the_latest_decision_is_taken_back_and_only_by_its_author(reviewer: User) -> None:
    row, other = suggestion(), make.person(Role.PUBLISHER)
    first = reject(row, reviewer)
    with pytest.raises(CodingError, match="another person made it"):
        undo(first, other)
    undo(first, reviewer)

    for stale in (first, latest(row)):  # the rejection, and the taking back itself
        with pytest.raises(CodingError, match="found a later one"):
            undo(stale, reviewer)


def test_what_another_retracted_meanwhile_is_not_taken_back(reviewer: User) -> None:
    row = suggestion()
    evidence = accept(row, reviewer)
    coding.retract(evidence_id=evidence.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW)

    with pytest.raises(CodingError, match="retracted meanwhile"):
        undo(latest(row), reviewer)

    row.refresh_from_db()
    assert row.state == "accepted"


@pytest.mark.parametrize("role", Role)
def test_only_those_who_decide_evidence_decide_suggestions(role: Role) -> None:
    row, person = suggestion(), make.person(role)
    if role in {Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}:
        assert undo(reject(row, person), person).state == "waiting"
        assert accept(row, person).decided_by == person
        return
    for refused in (accept, reject):
        with pytest.raises(CodingError, match="may not accept or reject evidence"):
            refused(row, person)


def test_what_one_is_not_cleared_for_is_not_found(reviewer: User) -> None:
    row = suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))
    decided = suggestion(row.passage, code="2.3")
    decision = reject(decided, make.person(Role.ADMIN))

    for refused in (lambda: accept(row, reviewer), lambda: reject(row, reviewer), lambda: undo(decision, reviewer)):
        with pytest.raises(CodingError, match="none that you may see"):
            refused()


def test_the_second_of_two_is_told_who_was_quicker(reviewer: User) -> None:
    row = suggestion()
    reject(row, make.person(Role.PUBLISHER, name="Quick Person"))

    with pytest.raises(AlreadyDecided) as told:
        accept(row, reviewer)

    assert (told.value.decision.by.name, told.value.decision.action) == ("Quick Person", "reject")
    assert "Quick" not in str(told.value), "no name in an error's words"


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_one_piece_of_evidence() -> None:
    first, second = make.person(Role.REVIEWER), make.person(Role.PUBLISHER)
    row = suggestion()

    with transaction.atomic():
        accept(row, first)
        beside = waiting.Aside(lambda: accept(row, second))
        waiting.until(waiting.somebody_waits_for_a_lock, what="the second to wait for the first")

    with pytest.raises(AlreadyDecided):
        beside.join()
    assert Evidence.objects.get().decided_by == first
    assert SuggestionDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_suggestions_changed_into_the_same_at_once_make_one_piece_of_evidence() -> None:
    first, second = make.person(Role.REVIEWER), make.person(Role.PUBLISHER)
    row = suggestion()
    other = suggestion(row.passage, code="2.3")

    with transaction.atomic():
        accept(row, first)
        beside = waiting.Aside(lambda: accept(other, second, indicator=row.indicator, note="other words"))
        waiting.until(waiting.somebody_waits_for_a_lock, what="the second to wait for the first")

    with pytest.raises(CodingError, match="accepted a moment ago"):
        beside.join()
    other.refresh_from_db()
    assert other.state == "waiting"


def test_what_the_database_refuses_for_another_reason_is_not_called_the_same_evidence(
    reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = suggestion()
    monkeypatch.setattr(Evidence, "full_clean", lambda evidence, **_: setattr(evidence, "severity", 9))

    with pytest.raises(IntegrityError, match="severity"):
        accept(row, reviewer)


def test_a_decision_is_never_rewritten(reviewer: User) -> None:
    decision = reject(suggestion(), reviewer)

    with pytest.raises(Exception, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_suggestiondecision SET reason = 'other' WHERE id = %s", [decision.pk])


def test_the_desk_counts_what_one_may_see_in_one_query(reviewer: User, django_assert_num_queries: Any) -> None:
    suggestion()
    reject(suggestion(), reviewer)
    suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))
    make.proposed()

    with django_assert_num_queries(1):
        desk = deciding.desk_of(reviewer)

    assert (desk.suggested, desk.proposed, desk.total) == (1, 1, 2)


def test_who_sent_a_report_in_does_not_accept_what_the_machine_reads_in_it() -> None:
    row = suggestion()
    sender = make.person(Role.REVIEWER)
    Retrieval.objects.create(
        reader="text", state="done", report=row.passage.report, asked_by=sender, received_at=make.NOW,
        finished_at=make.NOW,
    )  # fmt: skip

    with pytest.raises(CodingError, match="you sent it in"):
        deciding.accept(suggestion_id=row.pk, by=sender, changes=None, at=make.NOW, installation_day=make.TODAY)

    another = make.person(Role.REVIEWER)
    deciding.accept(suggestion_id=row.pk, by=another, changes=None, at=make.NOW, installation_day=make.TODAY)
    assert RescoreRequest.objects.count() == 1
