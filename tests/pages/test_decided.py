"""What was decided, recorded by a mail's link: the token is the proof, looking changes nothing, sent twice is one."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from alerts import links
from alerts.answers.response_forms import ResponseForm
from alerts.models import Acknowledgement, Alert, Delivery, Measure, Response, ResponseStep
from alerts.situations import can_be_done
from alerts.situations.can_be_done import Addressing, CanBeDone
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from tests import make
from tests.alerts import given, ledgers, outbox

pytestmark = pytest.mark.usefixtures("reference")
SENT = {
    "status": "planned", "measures": ["good-offices"], "actor": "Synthetic body", "text": "Synthetic decision",
    "decided_on": "2024-06-05", "sensitivity": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def stands_still(time_machine: TimeMachineFixture) -> None:
    """A link made twice in a test is the same."""
    time_machine.move_to(clock.now(), tick=False)


@pytest.fixture
def mail() -> Delivery:
    """Of an alert to the first of two people of an office, who said that a decision was taken."""
    one, two = given.focal_points(2)
    given.office(one, two, name="The office")
    return given.took(outbox.alert(headline="Synthetic reason"), one)


def page_of(mail: Delivery) -> str:
    return f"/answer/{links.answer_token(mail)}/"


def office_of(mail: Delivery) -> Any:
    return mail.person.offices.get().office


def say_decided(client: Client, mail: Delivery) -> Any:
    return client.post(page_of(mail), {"kind": "decided", "note": "We act", "office": office_of(mail).pk})


def own_response(mail: Delivery, **fields: Any) -> Response:
    """One that the mail's reader recorded for their office."""
    return ledgers.response(alert=mail.alert, office=office_of(mail), entered_by=mail.person, **fields)


def sent(mail: Delivery, **fields: Any) -> dict[str, Any]:
    return SENT | {"office": office_of(mail).pk} | fields


def test_the_measures_that_the_alert_names_stand_first() -> None:
    measure = Measure.objects.get(code="good-offices")
    named = can_be_done.said(CanBeDone((Addressing(measure, (1,), ()),), ()))

    (first, choices), (second, _), *_ = _grouped(named)

    assert (first, choices) == ("Named in the alert", [("good-offices", measure.title)])
    assert second != "Named in the alert"
    assert len(ResponseForm(offices=[]).known) == sum(len(some) for _, some in _grouped(named))


def _grouped(named: str) -> Any:
    field: Any = ResponseForm(offices=[], advised=named).fields["measures"]
    return field.choices


def test_a_decision_taken_leads_to_the_form_with_the_words_that_were_typed(client: Client, mail: Delivery) -> None:
    answer = say_decided(client, mail)

    page = client.get(answer["Location"])
    assert answer["Location"] == f"{page_of(mail)}decision/"
    assert page.context["form"]["text"].value() == "We act"
    assert page.context["form"]["sensitivity"].value() == str(Sensitivity.INTERNAL.value)
    assert "Synthetic reason" in page.text
    assert not Response.objects.exists()


def test_the_form_records_once_for_the_office_however_often_it_is_sent(client: Client, mail: Delivery) -> None:
    say_decided(client, mail)
    for _ in range(2):
        answer = client.post(f"{page_of(mail)}decision/", sent(mail), follow=True)

    row = Response.objects.get()
    assert (row.alert, row.office, row.entered_by) == (mail.alert, office_of(mail), mail.person)
    assert (row.sensitivity, row.measure.code) == (Sensitivity.INTERNAL, "good-offices")  # type: ignore[union-attr]
    assert "Recorded in the ledger" in answer.text
    assert "Synthetic decision" in answer.text


def test_measures_are_called_optional_only_of_what_was_declined(client: Client, mail: Delivery) -> None:
    say_decided(client, mail)
    page = f"{page_of(mail)}decision/"

    assert "<legend>Measures</legend>" in client.get(page).text
    wrong = client.post(page, sent(mail, measures=[], actor=""))
    declined = client.post(page, sent(mail, measures=[], actor="", status="declined"))

    assert "Found none ticked; wanted at least one" in wrong.text
    assert '<legend>Measures <span class="optional">(optional)</span></legend>' in declined.text


def test_what_was_declined_needs_no_measure_and_what_was_not_needs_one(client: Client, mail: Delivery) -> None:
    say_decided(client, mail)
    page = f"{page_of(mail)}decision/"
    assert client.post(page, sent(mail, measures=[])).status_code == 400

    client.post(page, sent(mail, measures=[], status="declined"))

    assert Response.objects.get().status == "declined"


def test_what_became_of_it_is_said_by_the_link_too(client: Client, mail: Delivery) -> None:
    say_decided(client, mail)
    row = own_response(mail, sensitivity=Sensitivity.INTERNAL)
    address = f"{page_of(mail)}decision/?response={row.pk}"
    assert address in client.get(page_of(mail)).text

    for _ in range(2):
        client.post(address, {"is_outcome": "on", "on": "2024-06-06", "text": "It worked"})

    step = ResponseStep.objects.get()
    assert (step.response, step.is_outcome, step.entered_by) == (row, True, mail.person)
    assert client.post(address, {"on": "2024-06-06"}).status_code == 400


def test_the_outcome_can_be_said_after_the_alert_was_withdrawn(client: Client, mail: Delivery) -> None:
    row = own_response(mail)
    Alert.objects.filter(pk=mail.alert_id).update(withdrawn_at=make.NOW)

    client.post(f"{page_of(mail)}decision/?response={row.pk}", {"status": "done", "on": "2024-06-06"})

    assert ResponseStep.objects.get().status == "done"


@pytest.mark.parametrize("of", ["another office", "another alert", "a colleague", "more than internal", "nothing"])
def test_a_link_opens_no_response_but_those_of_its_office_to_its_alert(client: Client, mail: Delivery, of: str) -> None:
    other = given.office(*given.focal_points(1))
    rows = {
        "another office": ledgers.response(alert=mail.alert, office=other),
        "another alert": ledgers.response(alert=outbox.alert(), office=office_of(mail), entered_by=mail.person),
        "a colleague": ledgers.response(alert=mail.alert, office=office_of(mail)),
        "more than internal": own_response(mail, sensitivity=Sensitivity.CONFIDENTIAL),
    }
    number = rows[of].pk if of in rows else 10**8

    answer = client.post(f"{page_of(mail)}decision/?response={number}", {"status": "done", "on": "2024-06-06"})

    assert (answer.status_code, ResponseStep.objects.count()) == (404, 0)
    assert client.get(f"{page_of(mail)}decision/?response=x").status_code == 404


def test_behind_the_link_stands_only_what_its_reader_entered_and_that_up_to_internal(
    client: Client, mail: Delivery
) -> None:
    colleague = office_of(mail).members.exclude(person=mail.person).get().person
    strict = {"sensitivity": Sensitivity.STRICTLY_CONFIDENTIAL}
    ledgers.response(alert=mail.alert, office=given.office(*given.focal_points(1)), actor="Another body", **strict)
    ledgers.response(alert=mail.alert, office=office_of(mail), entered_by=colleague, actor="Colleagues body")
    own_response(mail, actor="Strict body", **strict)
    row = own_response(mail, actor="Own body", sensitivity=Sensitivity.INTERNAL)
    ledgers.step(row, entered_by=colleague, text="Colleagues step")
    given_ = {"alert": mail.alert, "office": office_of(mail), "at": make.NOW}
    Acknowledgement.objects.create(person=colleague, kind="decided", note="Colleagues note", **given_)

    text = (
        client.get(page_of(mail)).text.partition("<main")[2].partition("<details")[0]
    )  # where it may be passed on, a colleague is named

    for hidden in ("Another body", "Colleagues", "Strict body", colleague.name):
        assert hidden not in text
    assert "Own body" in text
    assert "<strong>Answered</strong>: for your office" in text
    assert f"?next=/alerts/{mail.alert_id}/" in text


def test_what_is_recorded_as_more_than_internal_is_read_by_who_signs_in(client: Client, mail: Delivery) -> None:
    say_decided(client, mail)

    page = client.post(f"{page_of(mail)}decision/", sent(mail, sensitivity="2"), follow=True)

    assert "sign in to read it" in page.text
    assert "Synthetic decision" not in page.text


def test_the_form_opens_after_a_decision_was_said_while_the_alert_stands(client: Client, mail: Delivery) -> None:
    page = f"{page_of(mail)}decision/"
    assert client.post(page, sent(mail))["Location"] == page_of(mail)
    say_decided(client, mail)
    Alert.objects.filter(pk=mail.alert_id).update(withdrawn_at=make.NOW)

    assert client.post(page, sent(mail))["Location"] == page_of(mail)
    assert not Response.objects.exists()


def test_a_reader_of_no_office_is_asked_for_no_measures(client: Client) -> None:
    mail = given.took(outbox.alert(), make.person(Role.READER))

    answer = client.post(page_of(mail), {"kind": "decided", "note": "We act"})

    assert answer["Location"] == page_of(mail)
    assert "In the ledger" not in client.get(page_of(mail)).text


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_that_opens_the_form_changes_nothing(client: Client, mail: Delivery, method: str) -> None:
    say_decided(client, mail)

    page = getattr(client, method)(f"{page_of(mail)}decision/")

    assert (Response.objects.count(), Acknowledgement.objects.count()) == (0, 1)
    assert "no-store" in page.headers["Cache-Control"]
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_a_forged_link_and_a_form_from_elsewhere_record_nothing(
    client: Client, mail: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    say_decided(client, mail)
    token, strict = links.answer_token(mail), Client(enforce_csrf_checks=True)

    assert client.post("/answer/x:y:z/decision/", sent(mail)).status_code == 404
    assert strict.post(f"/answer/{token}/decision/", sent(mail)).status_code == 403
    assert (Response.objects.count(), token in caplog.text) == (0, False)


def test_another_persons_office_cannot_be_chosen(client: Client, mail: Delivery) -> None:
    other = given.office(*given.focal_points(1))
    say_decided(client, mail)

    answer = client.post(f"{page_of(mail)}decision/", sent(mail, office=other.pk))

    assert (answer.status_code, Response.objects.count()) == (400, 0)


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(
    client: Client, mail: Delivery, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    say_decided(client, mail)
    for _ in range(count):
        row = own_response(mail, steps=2)
    with django_assert_max_num_queries(13):
        client.get(page_of(mail))
    with django_assert_max_num_queries(8):
        client.get(f"{page_of(mail)}decision/")
    with django_assert_max_num_queries(6):
        client.get(f"{page_of(mail)}decision/?response={row.pk}")
