"""A correction takes the place of an accepted row in one moment: never both count, never neither."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction

from indicators import coding, deciding, second_reading
from indicators.coding import CodingError
from indicators.entering import Entry, EntryError, correct, of_passage
from indicators.models import Evidence, RescoreRequest, Settlement
from indicators.profile import country_profile
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.indicators import rescoring
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
LATER = make.NOW + 3 * DAY


def entry(of: Evidence, **changes: Any) -> Entry:
    same = [field.name for field in dataclasses.fields(Entry) if field.name not in {"new_family", "correction"}]
    values: dict[str, Any] = {name: getattr(of, name, None) for name in same} | of_passage(of.passage)
    return Entry(**(values | changes))


def propose(
    of: Evidence, *, coder: User | None = None, reason: str = "the number was misread", **changes: Any
) -> Evidence:
    return correct(
        evidence_id=of.pk, entry=entry(of, **changes), reason=reason, coder=coder or make.person(Role.CODER),
        at=make.NOW, installation_day=make.TODAY,
    )  # fmt: skip


def accept(row: Evidence, at: dt.datetime = LATER, by: User | None = None) -> Evidence:
    return coding.accept(evidence_id=row.pk, by=by or make.person(Role.REVIEWER), at=at)


def counts(day: dt.date) -> list[int]:
    return list(Evidence.objects.known(day=make.TODAY, known_on=day).values_list("pk", flat=True))


def test_until_it_is_accepted_the_old_row_counts_alone() -> None:
    old = make.accepted()

    new = propose(old, severity=1)

    old.refresh_from_db()
    assert (new.status, new.corrects, new.correction_reason) == ("proposed", old, "the number was misread")
    assert old.status == "accepted"
    assert counts(LATER.date()) == [old.pk]


def test_accepting_it_retracts_the_old_one_for_the_same_reason_in_the_same_moment() -> None:
    old = make.accepted()
    by = make.person(Role.REVIEWER)

    new = accept(propose(old, severity=1), by=by)

    old.refresh_from_db()
    assert (old.status, old.retracted_by, old.retracted_at) == ("retracted", by, LATER)
    assert old.retraction_reason == "the number was misread"
    assert (new.status, new.decided_by, new.decided_at) == ("accepted", by, LATER)
    assert RescoreRequest.objects.filter(evidence__in=[old, new], asked_at=LATER).count() == 2


@pytest.mark.parametrize("days", range(-5, 6))
def test_each_day_of_knowledge_sees_one_of_the_two(days: int) -> None:
    old = make.accepted()
    new = accept(propose(old, severity=1))

    assert counts(LATER.date() + days * DAY) == [(old if days < 0 else new).pk]


def index(known_on: dt.date) -> float | None:
    """Computed anew, with what is stored now."""
    asked: dict[str, Any] = {"day": make.TODAY, "known_on": known_on, "is_current": False}
    return country_profile(make.country(), user=AnonymousUser(), **asked).overall


def test_scores_as_of_then_stay_and_scores_as_of_now_change() -> None:
    old = make.accepted(severity=3)
    then = rescoring.run_all(at=make.NOW)
    before = rescoring.standing()
    accept(propose(old, severity=1))

    rescoring.run_changed(at=LATER)

    now = rescoring.standing()
    assert 0 < now.overall < before.overall
    assert index(LATER.date()) == pytest.approx(now.overall)
    assert index(LATER.date() - DAY) == index(make.NOW.date()) == pytest.approx(before.overall)
    assert then.snapshots.get(country__iso3="MMR").overall == before.overall


def test_a_rejected_correction_leaves_the_old_row_and_room_for_another() -> None:
    old = make.accepted()
    first = propose(old, severity=1)
    coding.reject(evidence_id=first.pk, by=make.person(Role.REVIEWER), reason="read rightly", at=LATER)

    second = propose(old, severity=2)

    old.refresh_from_db()
    assert old.status == "accepted"
    assert second.corrects == old


@pytest.mark.parametrize(
    ("changes", "said"),
    [({}, "found nothing changed"), ({"severity": 1, "event_on": dt.date(1900, 1, 1)}, "wanted a day from 1945")],
)
def test_what_cannot_stand_is_refused(changes: dict[str, Any], said: str) -> None:
    old = make.accepted()

    with pytest.raises(EntryError, match=said):
        propose(old, **changes)
    assert not Evidence.objects.exclude(pk=old.pk).exists()


def test_only_what_counts_is_corrected_and_by_one_proposal_at_a_time() -> None:
    old, never = make.accepted(), make.proposed()
    waiting = propose(old, severity=1)

    for row, said in ((old, f"waiting already, evidence {waiting.pk}"), (never, "found it proposed")):
        with pytest.raises(EntryError, match=said):
            propose(row, severity=2)
    with pytest.raises(EntryError, match="reason: found 1 characters"):
        propose(make.accepted(), severity=1, reason="x")


def test_who_may_not_see_a_row_cannot_correct_it() -> None:
    old = make.accepted(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    with pytest.raises(EntryError, match="found none that you may see"):
        propose(old, severity=1)


def test_the_one_who_proposes_it_does_not_decide_it() -> None:
    coder = make.person(Role.REVIEWER)
    new = propose(make.accepted(), coder=coder, severity=1)

    with pytest.raises(coding.CodingError, match="another person"):
        accept(new, by=coder)


def test_a_row_retracted_meanwhile_lets_its_correction_count_all_the_same() -> None:
    old = make.accepted()
    new = propose(old, severity=1)
    rescoring.retract(old, at=make.NOW + DAY)

    accept(new)

    old.refresh_from_db()
    assert (old.retracted_at, old.retraction_reason) == (make.NOW + DAY, "made up")
    assert counts(LATER.date()) == [new.pk]


def test_an_acceptance_taken_back_can_be_made_again_though_a_correction_of_it_waits() -> None:
    reviewer, row = make.person(Role.REVIEWER), suggestion()
    how: dict[str, Any] = {"suggestion_id": row.pk, "changes": None, "installation_day": make.TODAY, "at": make.NOW}
    correction = propose(deciding.accept(by=reviewer, **how), severity=1)
    deciding.undo(decision_id=row.decisions.get().pk, by=reviewer, at=LATER)

    again = deciding.accept(by=reviewer, **(how | {"at": LATER}))

    assert again.status == "accepted"
    with pytest.raises(CodingError, match=f"accepted already as evidence {again.pk}"):
        accept(correction, LATER + DAY)
    correction.refresh_from_db()
    assert (correction.status, counts((LATER + DAY).date())) == ("proposed", [again.pk])


def test_a_correction_can_move_to_another_country_and_both_are_scored_anew() -> None:
    old = make.accepted()

    accept(propose(old, country=make.country("SDN")))

    asked = RescoreRequest.objects.filter(asked_at=LATER).values_list("country__iso3", flat=True)
    assert set(asked) == {"MMR", "SDN"}


def test_where_two_disagree_on_a_correction_the_second_reading_takes_the_old_ones_place() -> None:
    old = make.accepted()
    new = propose(old, severity=4)
    second, third = make.person(Role.REVIEWER), make.person(Role.PUBLISHER)
    second_reading.disagree(
        evidence_id=new.pk, by=second, severity=2, indicator=new.indicator, counts=True, reason="less", at=LATER
    )
    settled = second_reading.settle(
        evidence_id=new.pk, by=third, stands=Settlement.Stands.SECOND, reason="so it is", at=LATER,
        installation_day=make.TODAY,
    )  # fmt: skip

    old.refresh_from_db()
    assert settled.became is not None
    assert (old.status, settled.became.corrects, settled.became.severity) == ("retracted", old, 2)
    assert counts(LATER.date()) == [settled.became.pk]


def test_many_accepted_at_once_leave_corrections_to_their_own_decision() -> None:
    new = propose(make.accepted(), severity=1)

    assert coding.accept_all(evidence=Evidence.objects.all(), by=make.person(Role.ADMIN), at=LATER) == 0
    new.refresh_from_db()
    assert new.status == "proposed"


def test_postgresql_lets_no_correction_count_beside_its_original() -> None:
    new = propose(make.accepted(), severity=1)
    decided = {"decided_by": make.person(Role.ADMIN), "decided_at": LATER}

    with pytest.raises(DatabaseError, match="counts from when its original does not"), transaction.atomic():
        Evidence.objects.filter(pk=new.pk).update(status="accepted", **decided)


def test_postgresql_moves_the_day_of_knowledge_of_nothing_else() -> None:
    for row in (make.accepted(), make.proposed(), propose(make.accepted(), severity=1)):
        with pytest.raises(DatabaseError, match="never known anew"), transaction.atomic():
            Evidence.objects.filter(pk=row.pk).update(known_at=LATER)


def test_how_the_day_was_set_stays_with_the_day() -> None:
    old = make.accepted(dating="only the month is given")

    assert propose(old, severity=1).dating == "only the month is given"
    assert propose(make.accepted(dating="month"), event_on=dt.date(2024, 5, 3)).dating == ""
