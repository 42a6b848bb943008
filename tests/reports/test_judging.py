"""What people make of reports that look alike, and how it is taken back."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import Error

from indicators import voices
from indicators.models import RescoreRequest
from people.permissions import Role, Sensitivity
from reports import joining, judging
from reports.judging import JudgingError, Said
from reports.models import ClusterDecision, ClusterMember, Report, TextPair
from tests import make
from tests.reports.texts import cluster, report, text, words

pytestmark = pytest.mark.usefixtures("reference")
BASE = words(1)
UPDATED = text(BASE[:150], words(2, 150))


def said(role: Role = Role.REVIEWER, reason: str = "made up for a test", minutes: int = 5) -> Said:
    at = make.NOW + dt.timedelta(minutes=minutes)
    return Said(make.person(role), reason, at, voices.ask_for_scores)


def asked() -> tuple[Report, Report]:
    """A report and what may be its update."""
    found = report(text(BASE)), report(UPDATED)
    cluster()
    return found


def reprinted(count: int = 2) -> list[Report]:
    found = [report(text([f"head{number}"], BASE)) for number in range(count)]
    cluster()
    return found


def judge(one: Report, other: Report, verdict: str, **how: Any) -> ClusterDecision:
    return judging.judge(report_id=one.pk, other_id=other.pk, verdict=verdict, said=said(**how))


def is_one(one: Report, other: Report) -> bool:
    return other.pk in joining.together_with(one.pk)


@pytest.mark.parametrize(("verdict", "one"), [("same", True), ("update", True), ("different", False)])
def test_a_person_says_what_two_reports_are(verdict: str, one: bool) -> None:
    first, second = asked()

    decision = judge(first, second, verdict)

    assert is_one(first, second) is one
    assert TextPair.objects.get().state == verdict
    assert (decision.report, decision.other, decision.reason) == (second, first, "made up for a test")


@pytest.mark.parametrize("verdict", ["same", "update", "different"])
def test_what_was_said_is_taken_back(verdict: str) -> None:
    first, second = asked()
    decision = judge(first, second, verdict)

    judging.undo(decision_id=decision.pk, said=said(minutes=9))

    assert not is_one(first, second)
    assert TextPair.objects.get().state == "waiting"


def test_different_parts_what_was_one_and_undo_joins_it_again() -> None:
    first, second, third = reprinted(3)

    decision = judge(first, third, "different")
    assert is_one(first, second)
    assert not is_one(first, third)
    assert not is_one(second, third)

    judging.undo(decision_id=decision.pk, said=said(minutes=9))
    assert is_one(first, third)
    assert is_one(second, third)


def test_one_that_was_taken_out_is_not_put_back_by_the_next_reprint() -> None:
    first, second = reprinted()
    own = joining.cluster_of(second.pk)
    assert own is not None
    judging.split(report_id=second.pk, cluster_id=own, said=said())

    reprint = report(text(["late"], BASE))
    cluster()

    assert not is_one(first, second)
    assert is_one(first, reprint) != is_one(second, reprint)
    assert TextPair.objects.waiting().count() == 1


def test_two_clusters_become_one_and_part_again() -> None:
    one = reprinted()
    others = [report(text([f"head{number}"], words(4))) for number in range(2)]
    cluster()

    decision = judge(one[0], others[0], "same")
    assert joining.together_with(one[0].pk) == {row.pk for row in (*one, *others)}

    judging.undo(decision_id=decision.pk, said=said(minutes=9))
    assert joining.together_with(one[0].pk) == {row.pk for row in one}
    assert joining.together_with(others[0].pk) == {row.pk for row in others}


def test_reports_that_the_machine_did_not_find_alike_can_be_joined() -> None:
    first, second = report(text(BASE)), report(text(words(8)))
    cluster()

    judge(second, first, "same")

    assert is_one(first, second)
    assert TextPair.objects.get().of_first == 0


def test_a_decision_asks_for_the_scores_it_moves() -> None:
    first, second = asked()
    for one in (first, second):
        make.accepted(of=one.passages.first(), family=one.source.family)
    RescoreRequest.objects.all().delete()

    decision = judge(first, second, "same")
    assert [row.country.iso3 for row in RescoreRequest.objects.all()] == ["MMR"]

    judging.undo(decision_id=decision.pk, said=said(minutes=9))
    assert RescoreRequest.objects.count() == 2


def test_only_the_latest_decision_on_a_report_can_be_taken_back() -> None:
    first, second = asked()
    earlier = judge(first, second, "different")
    later = judge(first, second, "same", minutes=6)

    with pytest.raises(JudgingError, match="found a later one"):
        judging.undo(decision_id=earlier.pk, said=said(minutes=9))
    judging.undo(decision_id=later.pk, said=said(minutes=9))
    with pytest.raises(JudgingError, match="taken back already"):
        judging.undo(decision_id=later.pk, said=said(minutes=9))
    judging.undo(decision_id=earlier.pk, said=said(minutes=10))
    assert TextPair.objects.get().state == "waiting"


def test_what_cannot_be_said_is_refused_in_words() -> None:
    first, second = asked()
    closed = report(text(words(6)), sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    judge(first, second, "same")

    for pattern, call in {
        "may not accept": lambda: judge(first, second, "different", role=Role.CODER),
        "reason: found 1 char": lambda: judge(first, second, "different", reason="x"),
        "said of them already": lambda: judge(first, second, "same"),
        "wanted same, update": lambda: judge(first, second, "perhaps"),
        "found it twice": lambda: judge(first, first, "same"),
        f"report {closed.pk}: found none that you may see": lambda: judge(first, closed, "same"),
        "found it in no cluster": lambda: judging.split(report_id=closed.pk, cluster_id=1, said=said(Role.ADMIN)),
        "found none that can be": lambda: judging.undo(decision_id=0, said=said()),
    }.items():
        with pytest.raises(JudgingError, match=pattern):
            call()  # type: ignore[no-untyped-call]  # lambdas


def test_the_database_lets_nobody_rewrite_a_membership_nor_close_it_twice() -> None:
    reprinted()
    row = ClusterMember.objects.first()
    assert row is not None

    def refused(**change: Any) -> bool:
        try:
            with transaction.atomic():
                ClusterMember.objects.filter(pk=row.pk).update(**change)
        except Error:
            return True
        return False

    assert refused(kind="update")
    assert refused(since=make.NOW - dt.timedelta(days=1))
    assert refused(until=row.since - dt.timedelta(days=1))
    assert not refused(until=make.NOW + dt.timedelta(days=1))
    assert refused(until=make.NOW + dt.timedelta(days=2))


def test_a_report_is_in_one_cluster_at_a_time() -> None:
    first, _ = reprinted()
    row = ClusterMember.objects.get(report=first)
    with pytest.raises(IntegrityError, match="report_is_in_one_cluster_at_a_time"), transaction.atomic():
        ClusterMember.objects.create(
            cluster=row.cluster, report=first, kind="whole", sensitivity=0, since=make.NOW + dt.timedelta(days=1)
        )
    assert connection.needs_rollback is False
