"""Recording what was done on a warning: once, by whom it may be, and never rewritten."""

import datetime as dt
from typing import Any

import pytest

from alerts.answers import responding
from alerts.answers.responding import RespondingError, ResponseDraft, StepDraft
from alerts.ledger import published
from alerts.models import Acknowledgement, Alert, Measure, Office, OfficeMember, PublishedWarning, Response
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import ledgers, outbox

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.date(2024, 6, 20)


@pytest.fixture
def focal_point() -> User:
    return make.person(Role.FOCAL_POINT)


def office(*people: User) -> Office:
    made = Office.objects.create(name=f"Office {make.person().pk}", kind="organisation", created_at=make.NOW)
    for order, person in enumerate(people, start=1):
        OfficeMember.objects.create(office=made, person=person, order=order, since=make.NOW)
    return made


def draft(*codes: str, **fields: Any) -> ResponseDraft:
    measures = tuple(Measure.objects.filter(code__in=codes or ("good-offices",)).order_by("order"))
    given: dict[str, Any] = {
        "measures": measures, "actor": "A ministry", "text": "It was decided.", "decided_on": DAY, "began_on": None,
        "status": "planned", "sensitivity": Sensitivity.INTERNAL,
    }  # fmt: skip
    return ResponseDraft(**(given | fields))


def recorded(by: User, about: Alert | None = None, **fields: Any) -> Response:
    return responding.record(draft=draft(**fields), alert=about or outbox.alert(), by=by, at=make.NOW)[0]


def test_each_measure_becomes_a_response_and_the_same_words_twice_are_one(focal_point: User) -> None:
    alert = outbox.alert()
    both = draft("good-offices", "inquiry")

    first = responding.record(draft=both, alert=alert, by=focal_point, at=make.NOW)
    again = responding.record(draft=both, alert=alert, by=focal_point, at=make.NOW + dt.timedelta(seconds=2))

    assert [row.measure.code for row in first if row.measure] == ["good-offices", "inquiry"]
    assert again == first
    assert (first[0].situation, first[0].sensitivity) == (alert.situation, Sensitivity.INTERNAL)


def test_what_answers_a_correction_answers_the_alert_that_it_is_about(focal_point: User) -> None:
    alert = outbox.alert()
    letters = [outbox.alert(kind=kind, corrects=alert) for kind in Alert.LETTERS]

    assert [recorded(focal_point, one).alert for one in letters] == [alert, alert]
    assert Response.objects.count() == 1  # said twice, through two doors


def test_another_persons_same_words_are_another_response(focal_point: User) -> None:
    alert = outbox.alert()

    assert recorded(focal_point, alert) != recorded(make.person(Role.FOCAL_POINT), alert)


def test_who_is_declined_says_why_and_needs_no_measure(focal_point: User) -> None:
    row = responding.record(
        draft=draft("none", status="declined", text="No mandate."), alert=outbox.alert(), by=focal_point, at=make.NOW
    )[0]

    assert (row.measure, row.status, row.text) == (None, "declined", "No mandate.")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"measures": ()}, "wanted at least one"), ({"decided_on": dt.date(2024, 7, 2)}, "which is to come"),
        ({"began_on": DAY - dt.timedelta(days=1)}, "day it began"), ({"status": "perhaps"}, "wanted one of planned"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_without_its_words(focal_point: User, fields: dict[str, Any], wanted: str) -> None:
    with pytest.raises(RespondingError, match=wanted) as refused:
        recorded(focal_point, **fields)

    assert "It was decided" not in str(refused.value)
    assert not Response.objects.exists()


def test_only_what_went_out_is_responded_to_and_to_one_thing_at_a_time(focal_point: User) -> None:
    held, gone = outbox.alert(state="draft"), ledgers.warning(withdrawn_at=make.NOW)

    with pytest.raises(RespondingError, match="for practice"):
        recorded(focal_point, outbox.alert(is_dry_run=True))
    with pytest.raises(RespondingError, match="found it draft"):
        recorded(focal_point, held)
    with pytest.raises(RespondingError, match="found it taken back"):
        responding.record(draft=draft(), warning=gone, by=focal_point, at=make.NOW)
    with pytest.raises(RespondingError, match="found none or several"):
        responding.record(draft=draft(), by=focal_point, at=make.NOW)


def test_a_reader_may_not_but_a_member_of_an_office_may_for_that_office_alone() -> None:
    reader, alert = make.person(Role.READER), outbox.alert()
    with pytest.raises(RespondingError, match="may not record a response"):
        recorded(reader, alert)
    mine, other = office(reader), office(make.person())

    row = responding.record(draft=draft(), alert=alert, office=mine, by=reader, at=make.NOW)[0]

    assert row.office == mine
    with pytest.raises(RespondingError, match="found you not in it"):
        responding.record(draft=draft(), alert=alert, office=other, by=reader, at=make.NOW)


def test_a_link_stands_for_its_own_person_and_alert(focal_point: User) -> None:
    sent = outbox.delivery(to=outbox.subscription(focal_point))

    row = responding.record(draft=draft(), alert=sent.alert, delivery=sent, by=focal_point, at=make.NOW)[0]

    assert row.entered_by == focal_point
    with pytest.raises(RespondingError, match="another person's or another alert's"):
        responding.record(draft=draft(), alert=outbox.alert(), delivery=sent, by=focal_point, at=make.NOW)


def test_a_later_word_is_added_once_and_changes_nothing_before_it(focal_point: User) -> None:
    row = recorded(focal_point)
    said = StepDraft(status="done", is_outcome=True, on=DAY, text="It helped.")

    first, again = (responding.add_step(response_id=row.pk, draft=said, by=focal_point, at=make.NOW) for _ in range(2))

    assert first == again
    assert Response.objects.get(pk=row.pk).status == "planned"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (StepDraft("done", False, DAY - dt.timedelta(days=1), ""), "wanted one from 2024-06-20"),
        (StepDraft("done", False, dt.date(2024, 7, 2), ""), "to 2024-07-01"),
        (StepDraft("", True, DAY, ""), "neither a status nor an outcome"),
    ],
)
def test_a_later_word_that_says_nothing_or_of_another_time_is_refused(
    focal_point: User, said: StepDraft, wanted: str
) -> None:
    row = recorded(focal_point)

    with pytest.raises(RespondingError, match=wanted):
        responding.add_step(response_id=row.pk, draft=said, by=focal_point, at=make.NOW)


def test_a_correction_takes_the_rows_place_and_keeps_it_with_its_later_words(focal_point: User) -> None:
    row = recorded(focal_point)
    ledgers.step(row, on=DAY)

    made = responding.correct(response_id=row.pk, draft=draft(text="Put right."), by=focal_point, at=make.NOW)

    seen = Response.objects.visible_to(focal_point)
    assert list(seen) == [made]
    assert (made.replaces, made.steps.count(), Response.objects.get(pk=row.pk).text) == (row, 1, "It was decided.")
    with pytest.raises(RespondingError, match="found none that stands"):
        responding.correct(response_id=row.pk, draft=draft(text="Twice."), by=focal_point, at=make.NOW)


def test_a_withdrawn_response_is_kept_with_the_reason_and_may_be_entered_again(focal_point: User) -> None:
    row = recorded(focal_point)

    responding.withdraw(response_id=row.pk, reason="entered twice", by=focal_point, at=make.NOW)

    kept = Response.objects.get(pk=row.pk)
    assert (kept.withdrawn_by, kept.withdrawal_reason) == (focal_point, "entered twice")
    assert list(Response.objects.visible_to(focal_point)) == []
    assert recorded(focal_point, kept.alert) != kept


def test_only_who_entered_it_its_office_or_who_keeps_the_ledger_changes_a_response(focal_point: User) -> None:
    row, other, colleague = recorded(focal_point), make.person(Role.FOCAL_POINT), make.person(Role.FOCAL_POINT)
    ours = responding.record(
        draft=draft(text="Ours."), alert=outbox.alert(), office=office(focal_point, colleague), by=focal_point,
        at=make.NOW,
    )[0]  # fmt: skip

    with pytest.raises(RespondingError, match="another office's"):
        responding.withdraw(response_id=row.pk, reason="not mine", by=other, at=make.NOW)
    responding.withdraw(response_id=ours.pk, reason="ours", by=colleague, at=make.NOW)
    responding.withdraw(response_id=row.pk, reason="kept", by=make.person(Role.REVIEWER), at=make.NOW)


def test_what_a_person_may_not_see_is_not_there_to_be_changed(focal_point: User) -> None:
    row = ledgers.response(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    with pytest.raises(RespondingError, match="found none that stands"):
        responding.withdraw(response_id=row.pk, reason="unseen", by=make.person(Role.REVIEWER), at=make.NOW)


def test_a_published_warning_is_entered_once_and_taken_back_with_its_row_kept() -> None:
    said: dict[str, Any] = {
        "situation": outbox.situation(), "issued_on": DAY, "body": "A body", "text": "It warned.",
        "source_title": "A page", "source_url": "https://page.test.example/", "at": make.NOW,
    }  # fmt: skip
    reviewer = make.person(Role.REVIEWER)
    row = published.add(**said, by=reviewer)

    assert published.add(**said, by=reviewer) == row
    gone: dict[str, Any] = {"warning_id": row.pk, "reason": "entered wrongly", "by": reviewer, "at": make.NOW}
    published.withdraw(**gone)
    with pytest.raises(published.PublishedError, match="taken back already"):
        published.withdraw(**gone)
    row.refresh_from_db()
    assert (row.withdrawn_by, row.withdrawal_reason) == (reviewer, "entered wrongly")
    assert published.add(**said, by=None) == row  # a file does not bring it back
    assert published.add(**said, by=reviewer) != row
    with pytest.raises(published.PublishedError, match="which is to come"):
        published.add(**said | {"issued_on": dt.date(2024, 7, 2)}, by=reviewer)
    with pytest.raises(published.PublishedError, match="may not"):
        published.add(**said, by=make.person(Role.CODER))
    assert PublishedWarning.objects.count() == 2
    assert not Acknowledgement.objects.exists()
