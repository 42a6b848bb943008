"""Two people read what weighs most; where they disagree a third settles it, and both readings stay."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from indicators import coding, deciding, lexicon_testing, linking, second_reading
from indicators.coding import CodingError
from indicators.models import Evidence, RescoreRequest, SecondReading, Settlement, Suggestion
from people.models import User
from people.permissions import Role
from tests import make
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(hours=1)


@pytest.fixture
def first(db: None) -> User:
    return make.person(Role.REVIEWER, name="First Reader")


@pytest.fixture
def second(db: None) -> User:
    return make.person(Role.REVIEWER, name="Second Reader")


@pytest.fixture
def third(db: None) -> User:
    return make.person(Role.PUBLISHER, name="Third Reader")


def accept(row: Suggestion, by: User, **changes: Any) -> Evidence:
    draft = dataclasses.replace(deciding.draft_of(row), **changes) if changes else None
    return deciding.accept(suggestion_id=row.pk, by=by, changes=draft, at=make.NOW, installation_day=make.TODAY)


def disagree(row: Evidence, by: User, *, severity: int = 3, code: str = "7.14", counts: bool = True) -> SecondReading:
    return second_reading.disagree(
        evidence_id=row.pk, by=by, severity=severity, indicator=make.indicator(code), counts=counts,
        reason="one town only", at=LATER,
    )  # fmt: skip


def settle(row: Evidence, by: User, stands: str) -> Settlement:
    return second_reading.settle(
        evidence_id=row.pk, by=by, stands=stands, reason="read it myself", at=LATER, installation_day=make.TODAY
    )


@pytest.mark.parametrize(("fields", "needs"), [({"severity": 4}, True), ({"code": "9.1"}, True), ({}, False)])
def test_severity_4_and_the_specific_factors_need_a_second_reader(
    first: User, fields: dict[str, Any], needs: bool
) -> None:
    evidence = accept(suggestion(**fields), first)

    assert (evidence.status, evidence.needs_two_readers) == ("proposed" if needs else "accepted", needs)
    assert RescoreRequest.objects.exists() is not needs


def test_the_first_reader_is_its_coder_and_it_counts_once_another_agrees(first: User, second: User) -> None:
    evidence = accept(suggestion(severity=4), first)

    with pytest.raises(CodingError, match="wanted another person"):
        coding.accept(evidence_id=evidence.pk, by=first, at=LATER)
    coding.accept(evidence_id=evidence.pk, by=second, at=LATER)

    evidence.refresh_from_db()
    assert (evidence.status, evidence.coder, evidence.decided_by) == ("accepted", first, second)
    assert (evidence.second_reading.verdict, evidence.second_reading.by) == ("agrees", second)
    assert RescoreRequest.objects.get().evidence == evidence


def test_the_second_reading_that_stands_stays_in_the_event_of_the_first(first: User, second: User, third: User) -> None:
    evidence = accept(suggestion(severity=4), first)
    disagree(evidence, second)
    said = linking.Said(second, "made up for a test", LATER)
    linking.rename(one=linking.Seen(evidence.pk), name="mmr-one-event", said=said)

    became = settle(evidence, third, "second").became

    assert became is not None
    assert became.event_key == "mmr-one-event"


def test_what_a_third_person_set_aside_is_no_lesson(first: User, second: User, third: User) -> None:
    kept, gone = (accept(suggestion(severity=4), first) for _ in range(2))
    disagree(gone, second, counts=False)
    before = [one.judged for one in lexicon_testing.decided()]

    settle(gone, third, "second")

    assert before == [{7: True}, {7: True}]
    assert [(one.passage_id, one.judged) for one in lexicon_testing.decided()] == [(kept.passage_id, {7: True})]


def test_what_the_machine_wrote_is_not_put_into_the_first_readers_mouth(first: User) -> None:
    evidence = accept(suggestion(severity=4), first)

    assert (evidence.note, evidence.in_words) == ("", evidence.passage.text)
    assert accept(suggestion(severity=4), first, note="My words.").in_words == "My words."


def test_a_person_who_codes_and_one_who_decides_are_two_readers(second: User) -> None:
    row = make.proposed(severity=4)

    coding.accept(evidence_id=row.pk, by=second, at=LATER)

    assert row.second_reading.verdict == "agrees"


def test_a_disagreement_waits_for_a_third_who_read_neither(first: User, second: User, third: User) -> None:
    evidence = accept(suggestion(severity=4), first)
    disagree(evidence, second)

    for who in (second, third, make.person(Role.ADMIN)):
        for decide in (coding.accept, lambda **said: coding.reject(reason="no, not so", **said)):
            with pytest.raises(CodingError, match="wanted a third to settle it"):
                decide(evidence_id=evidence.pk, by=who, at=LATER)
    assert coding.accept_all(evidence=Evidence.objects.all(), by=third, at=LATER) == 0
    with pytest.raises(CodingError, match="may not settle"):
        settle(evidence, make.person(Role.REVIEWER), "first")
    assert not RescoreRequest.objects.exists()


def test_the_first_reading_may_stand(first: User, second: User, third: User) -> None:
    evidence = accept(suggestion(severity=4), first)
    disagree(evidence, second)

    settle(evidence, third, "first")

    evidence.refresh_from_db()
    assert (evidence.status, evidence.severity, evidence.decided_by) == ("accepted", 4, third)
    assert RescoreRequest.objects.get().evidence == evidence


def test_the_second_reading_may_stand_as_evidence_of_its_own(first: User, second: User, third: User) -> None:
    evidence = accept(suggestion(severity=4), first)
    disagree(evidence, second, severity=2, code="2.3")

    became = settle(evidence, third, "second").became

    evidence.refresh_from_db()
    assert became is not None
    assert (evidence.status, evidence.decision_reason) == ("rejected", "read it myself")
    assert (became.status, became.severity, became.indicator.code) == ("accepted", 2, "2.3")
    assert (became.coder, became.decided_by, became.passage) == (second, third, evidence.passage)
    assert (became.known_at, became.event_on) == (evidence.known_at, evidence.event_on)
    assert RescoreRequest.objects.get().evidence == became


@pytest.mark.parametrize("stands", ["second", "neither"])
def test_what_should_not_count_is_rejected(first: User, second: User, third: User, stands: str) -> None:
    evidence = accept(suggestion(severity=4), first)
    disagree(evidence, second, counts=False)

    assert settle(evidence, third, stands).became is None
    assert list(Evidence.objects.values_list("status", flat=True)) == ["rejected"]


def test_what_makes_no_sense_is_refused(first: User, second: User, third: User) -> None:
    evidence, light = accept(suggestion(severity=4), first), make.proposed()

    for refused, said in (
        (lambda: disagree(evidence, second, severity=4), "found the same severity and indicator"),
        (lambda: disagree(evidence, second, severity=7), "wanted 0 to 4"),
        (lambda: disagree(evidence, first), "wanted another person to decide"),
        (lambda: disagree(light, second), "one more reader is enough"),
        (lambda: settle(evidence, third, "first"), "found no second reading"),
    ):
        with pytest.raises(CodingError, match=said):
            refused()


def test_neither_of_two_readers_settles(first: User, third: User) -> None:
    evidence = accept(suggestion(severity=4), third)
    disagree(evidence, admin := make.person(Role.ADMIN))

    for reader in (third, admin):
        with pytest.raises(CodingError, match="wanted a third person"):
            settle(evidence, reader, "first")


def test_undo_withdraws_what_nobody_has_read_twice(first: User) -> None:
    row = suggestion(severity=4)
    evidence = accept(row, first)

    deciding.undo(decision_id=row.decisions.get().pk, by=first, at=LATER)

    evidence.refresh_from_db()
    row.refresh_from_db()
    assert (evidence.status, evidence.decided_by, row.state) == ("rejected", first, "waiting")
    assert not RescoreRequest.objects.exists()
    assert accept(row, first).status == "proposed"


def test_only_its_coder_withdraws_what_is_proposed(second: User) -> None:
    row = make.proposed()

    with pytest.raises(CodingError, match="another person proposed it"):
        coding.withdraw(evidence_id=row.pk, by=second, reason="not mine", at=LATER)


def test_nobody_accepts_their_own_by_a_way_around(first: User) -> None:
    row = make.proposed(coder=first)

    with pytest.raises(IntegrityError, match="evidence_is_accepted_by_another_person"), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(status="accepted", decided_by=first, decided_at=LATER)


@pytest.mark.parametrize("table", ["secondreading", "settlement"])
def test_readings_and_settlements_are_never_rewritten(first: User, second: User, third: User, table: str) -> None:
    evidence = accept(suggestion(severity=4), first)
    disagree(evidence, second)
    settle(evidence, third, "first")

    for change in (f"UPDATE indicators_{table} SET reason = 'other'", f"DELETE FROM indicators_{table}"):
        with pytest.raises(Exception, match="never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
