"""The page behind a mail's button, and answers on an alert's page: looking changes nothing, nobody's name is public."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts import links
from alerts.messages import bodies, sender
from alerts.models import Acknowledgement, Delivery, Duty
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from tests import make
from tests.alerts import given, outbox

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def mail() -> Delivery:
    """Of an alert to the first of two people of an office."""
    one, two = given.focal_points(2)
    given.office(one, two, name="The office")
    return given.took(outbox.alert(headline="Synthetic reason"), one)


def page_of(mail: Delivery) -> str:
    return f"/answer/{links.answer_token(mail)}/"


def test_the_page_shows_the_alert_in_short_and_one_click_says_seen(client: Client, mail: Delivery) -> None:
    page = client.get(page_of(mail))
    assert "Synthetic reason" in page.text
    assert "You answer for <strong>The office</strong>" in page.text

    answer = client.post(page_of(mail), {"kind": "seen", "office": mail.person.offices.get().office_id}, follow=True)

    row = Acknowledgement.objects.get()
    assert (row.kind, row.person, row.delivery, row.office.name) == ("seen", mail.person, mail, "The office")  # type: ignore[union-attr]
    assert "Your office is not reminded any more" in answer.text


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_that_opens_the_link_changes_nothing(client: Client, mail: Delivery, method: str) -> None:
    for _ in range(3):
        getattr(client, method)(page_of(mail))

    assert not Acknowledgement.objects.exists()
    assert not Duty.objects.exists()


def test_the_page_is_not_kept_nor_listed_nor_told_to_other_sites(client: Client, mail: Delivery) -> None:
    page = client.get(page_of(mail))

    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_a_form_from_elsewhere_is_refused_without_the_token_in_the_log(
    mail: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    token = links.answer_token(mail)

    answer = Client(enforce_csrf_checks=True).post(f"/answer/{token}/", {"kind": "seen"})

    assert (answer.status_code, Acknowledgement.objects.count()) == (403, 0)
    assert token not in caplog.text


def test_a_forged_link_and_one_for_another_purpose_open_nothing(client: Client, mail: Delivery) -> None:
    good = links.answer_token(mail)
    for token in (good[:-1] + ("A" if good[-1] != "A" else "B"), "x", links.manage_token(mail.person), "x:y:z"):
        answer = client.post(f"/answer/{token}/", {"kind": "seen"})
        assert answer.status_code == 404
        assert "This link opens nothing" in answer.text
    assert not Acknowledgement.objects.exists()


def test_a_link_that_is_too_old_says_how_to_answer_otherwise(client: Client, mail: Delivery) -> None:
    with time_machine.travel(clock.now() - dt.timedelta(days=121), tick=False):
        old = page_of(mail)

    answer = client.post(old, {"kind": "seen"})

    assert (answer.status_code, Acknowledgement.objects.count()) == (410, 0)
    assert "This link is too old" in answer.text
    assert "call the people who run this site" in answer.text


def test_a_link_dies_with_the_persons_account_or_address(client: Client, mail: Delivery) -> None:
    page = page_of(mail)
    User.objects.filter(pk=mail.person_id).update(email="other@test.example")
    assert client.get(page).status_code == 404

    User.objects.filter(pk=mail.person_id).update(email=mail.person.email, is_active=False)
    assert client.get(page).status_code == 404


def test_a_link_answers_as_its_own_person_whoever_is_signed_in(client: Client, mail: Delivery) -> None:
    client.force_login(make.person(Role.ADMIN))

    client.post(page_of(mail), {"kind": "seen", "office": mail.person.offices.get().office_id})

    assert Acknowledgement.objects.get().person == mail.person


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"kind": "decided", "note": ""}, "Found nothing; wanted text"), ({"kind": "eat"}, "Found no answer"),
        ({"kind": "not_for_us", "to": "office:0"}, "not in the list"), ({}, "Found no answer"),
        ({"kind": "seen", "office": "0"}, "not yours any more"), ({"kind": "false_alarm", "note": "x"}, "at least 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said(client: Client, mail: Delivery, sent: dict[str, str], says: str) -> None:
    answer = client.post(page_of(mail), {"office": mail.person.offices.get().office_id, **sent})

    assert (answer.status_code, Acknowledgement.objects.count()) == (400, 0)
    assert says in answer.text


def test_an_alert_that_was_withdrawn_asks_for_no_answer(client: Client, mail: Delivery) -> None:
    type(mail.alert).objects.update(withdrawn_at=make.NOW)

    page = client.get(page_of(mail))

    assert "No answer is needed any more" in page.text
    assert 'value="seen"' not in page.text


def test_a_colleague_and_other_offices_can_be_chosen_by_link(client: Client, mail: Delivery) -> None:
    office, other = mail.person.offices.get().office, given.office(*given.focal_points(1), name="Another")
    text = client.get(page_of(mail)).text
    colleague = office.members.exclude(person=mail.person).get().person

    assert f'value="person:{colleague.pk}"' in text
    assert colleague.email not in text
    client.post(page_of(mail), {"kind": "not_for_us", "to": f"office:{other.pk}", "office": office.pk})
    assert Delivery.objects.get(purpose="passed_on").alert == mail.alert


@pytest.mark.parametrize("is_office", [False, True])
def test_whom_it_is_passed_to_reads_who_passed_it_on_and_the_word(
    client: Client, mail: Delivery, is_office: bool
) -> None:
    office, asked = mail.person.offices.get().office, make.person(Role.FOCAL_POINT)
    other = given.office(asked, name="Another office")
    to = asked if is_office else office.members.exclude(person=mail.person).get().person
    target = f"office:{other.pk}" if is_office else f"person:{to.pk}"
    sent = {"kind": "not_for_us", "to": target, "office": office.pk, "note": "Yours, since it is about aid."}
    said = client.post(page_of(mail), sent, follow=True).text
    assert f"It was passed on to {'Another office' if is_office else to.name}." in said

    passed = Delivery.objects.get(purpose="passed_on", person=to)
    by_link = client.get(page_of(passed)).text
    client.force_login(to)
    for page in (by_link, client.get(f"/alerts/{mail.alert_id}/").text):
        assert f"{mail.person.name} passed this on to {'Another office' if is_office else 'you'}</strong>" in page
        assert "Yours, since it is about aid." in page
    client.logout()
    for address in (page_of(given.took(mail.alert, make.person())), f"/alerts/{mail.alert_id}/"):
        found = client.get(address).text
        assert "passed this on" not in found
        assert "Yours, since" not in found


def test_a_reader_of_no_office_is_told_no_offices_name_and_passes_nothing_on(client: Client) -> None:
    office = given.office(*given.focal_points(1), name="Another office")
    mail = given.took(outbox.alert(), make.person(Role.READER))
    sent = {"kind": "not_for_us", "to": f"office:{office.pk}"}
    client.force_login(mail.person)

    page = client.get(page_of(mail)).text
    answers = [client.post(address, sent) for address in (page_of(mail), f"/alerts/{mail.alert_id}/answer/")]

    assert "Another office" not in page
    assert "pass it on" not in page
    assert [answer.status_code for answer in answers] == [400, 400]
    assert "not in the list" in answers[0].text
    assert not Duty.objects.exists()


# --- on the alert's page -------------------------------------------------------------------------------------
def test_a_person_of_an_office_answers_on_the_alerts_page(client: Client, mail: Delivery) -> None:
    client.force_login(mail.person)
    address = f"/alerts/{mail.alert_id}/"
    assert 'value="seen"' in client.get(address).text

    client.post(f"{address}answer/", {"kind": "seen", "office": mail.person.offices.get().office_id})

    row = Acknowledgement.objects.get()
    assert (row.person, row.delivery) == (mail.person, None)
    assert mail.person.name in client.get(address).text


def test_the_public_hears_that_an_office_answered_and_never_who_or_what(client: Client, mail: Delivery) -> None:
    office = mail.person.offices.get().office
    fields = {"alert": mail.alert, "office": office, "person": mail.person, "at": make.NOW}
    Acknowledgement.objects.create(kind="decided", note="In confidence", **fields)
    for role in (None, Role.READER, Role.FOCAL_POINT, Role.REVIEWER):
        client.logout()
        if role is not None:
            client.force_login(make.person(role))
        text = client.get(f"/alerts/{mail.alert_id}/").text
        assert "The office of an organisation: <strong>answered</strong>" in text
        assert not {
            hidden for hidden in ("The office<", mail.person.name, "In confidence", "decision taken") if hidden in text
        }

    client.force_login(make.person(Role.PUBLISHER))
    assert "In confidence" in client.get(f"/alerts/{mail.alert_id}/").text


def test_who_is_in_no_office_has_nothing_to_answer_on_the_page(client: Client, mail: Delivery) -> None:
    client.force_login(make.person(Role.FOCAL_POINT))

    assert 'value="seen"' not in client.get(f"/alerts/{mail.alert_id}/").text


# --- what is owed --------------------------------------------------------------------------------------------
def owed(mail: Delivery, **fields: object) -> Duty:
    given_ = {"alert": mail.alert, "office": mail.person.offices.get().office, "opened_at": make.NOW}
    return Duty.objects.create(**(given_ | {"due_at": make.NOW} | fields))


def test_people_see_what_their_office_owes_and_no_other(client: Client, mail: Delivery) -> None:
    duty = owed(mail)
    client.force_login(mail.person)
    assert "Synthetic reason" in client.get("/duties/").text
    assert "1 answer owed, what is due next first." in client.get("/duties/").text
    assert "overdue" in client.get("/duties/?state=overdue").text
    assert client.get(f"/duties/{duty.pk}/").status_code == 200

    client.force_login(make.person(Role.FOCAL_POINT))
    assert "No answer is owed." in client.get("/duties/").text
    assert client.get(f"/duties/{duty.pk}/").status_code == 404


def test_a_duty_says_that_the_alert_did_not_arrive(client: Client, mail: Delivery) -> None:
    duty = owed(mail)
    duty.steps.create(kind="asked", person=mail.person, delivery=mail, at=make.NOW)
    Delivery.objects.filter(pk=mail.pk).update(state="refused")
    client.force_login(mail.person)

    assert "the alert did not arrive, so somebody else is asked (refused" in client.get(f"/duties/{duty.pk}/").text


def test_staff_record_an_answer_that_came_by_telephone(client: Client, mail: Delivery) -> None:
    duty = owed(mail)
    client.force_login(make.person(Role.PUBLISHER))
    address = f"/duties/{duty.pk}/"
    assert client.post(f"{address}record/", {"kind": "seen", "note": ""}).status_code == 400

    client.post(f"{address}record/", {"kind": "seen", "note": "The deputy said so"})

    duty.refresh_from_db()
    assert duty.closing == "answered"
    assert "Received by telephone" in client.get(address).text


@pytest.mark.parametrize("query", ["?state=closed", "?level=high", "?country=FRA", "?office={other}"])
def test_the_address_chooses_what_is_shown(client: Client, mail: Delivery, query: str) -> None:
    owed(mail)
    client.force_login(make.person(Role.PUBLISHER))
    other = given.office()

    page = client.get(f"/duties/{query.format(other=other.pk)}")

    assert (page.status_code, page.context["lines"]) == (200, [])
    assert "Nothing fits these filters." in page.text
    assert client.get("/duties/?state=x").status_code == 400


def test_the_header_leads_to_duties_for_those_who_have_any(client: Client, mail: Delivery) -> None:
    for person, has in (
        (mail.person, True),
        (make.person(Role.FOCAL_POINT), False),
        (make.person(Role.PUBLISHER), True),
    ):
        client.force_login(person)
        assert ('href="/duties/"' in client.get("/method/").text.partition("</header>")[0]) is has


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(
    client: Client, mail: Delivery, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for person in given.focal_points(count):
        office, row = given.office(person), given.took(mail.alert, person)
        duty = owed(row)
        duty.steps.create(kind="asked", person=person, delivery=row, at=make.NOW)
        Acknowledgement.objects.create(alert=mail.alert, office=office, person=person, kind="seen", at=make.NOW)
    with django_assert_max_num_queries(9):
        client.get(page_of(mail))
    client.force_login(make.person(Role.PUBLISHER))
    with django_assert_max_num_queries(11):
        client.get("/duties/")
    with django_assert_max_num_queries(11):
        client.get(f"/duties/{duty.pk}/")


def test_no_inline_style_and_no_id_twice(client: Client, mail: Delivery) -> None:
    duty = owed(mail)
    Acknowledgement.objects.create(
        alert=mail.alert,
        office=duty.office,
        person=mail.person,
        kind="seen",
        note="<script>alert(1)</script>",
        at=make.NOW,
    )
    client.force_login(make.person(Role.ADMIN))
    pages = (
        page_of(mail),
        "/duties/",
        f"/duties/{duty.pk}/",
        f"/offices/{duty.office_id}/",
        f"/alerts/{mail.alert_id}/",
    )
    for address in pages:
        text = client.get(address).text
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert not re.search(r'<[^>]*\s(style|on\w+)="|<script>|<style(?! id=)', text), address
        assert len(ids) == len(set(ids)), address


def test_an_answer_that_is_refused_on_the_alerts_page_keeps_what_was_typed(client: Client, mail: Delivery) -> None:
    client.force_login(mail.person)
    sent = {"kind": "not_for_us", "note": "Kept words", "to": "office:0", "office": mail.person.offices.get().office_id}

    answer = client.post(f"/alerts/{mail.alert_id}/answer/", sent)

    assert (answer.status_code, Acknowledgement.objects.count()) == (400, 0)
    assert "Kept words" in answer.text
    assert "not in the list" in answer.text


def test_the_button_of_a_mail_leads_to_the_page_in_both_twins_and_only_for_its_reader(client: Client) -> None:
    one, two = given.focal_points(2)
    alert = outbox.alert()
    rows = [outbox.delivery(alert, to=outbox.subscription(person)) for person in (one, two)]
    found = [re.findall(r"https?://[^\s\"]+(/answer/[^/\s\"]+/)", body) for row in rows for body in bodies(row)]

    assert all(len(set(addresses)) == 1 for addresses in found)
    assert len({addresses[0] for addresses in found}) == 2
    assert f"for {one.name}" in client.get(found[0][0]).text
    assert not re.search("/answer/", "".join(bodies(Delivery(alert=alert, person=one))))


def test_who_says_on_the_page_that_a_decision_was_taken_is_led_to_the_ledger(client: Client, mail: Delivery) -> None:
    client.force_login(mail.person)
    sent = {"kind": "decided", "note": "We act", "office": mail.person.offices.get().office_id}

    answer = client.post(f"/alerts/{mail.alert_id}/answer/", sent)

    assert answer["Location"] == f"/responses/new/?alert={mail.alert_id}"
    assert client.get(answer["Location"]).status_code == 200


def test_an_error_is_reported_where_the_alert_is_answered_with_that_choice_open(client: Client, mail: Delivery) -> None:
    for body in bodies(mail):
        address = re.search(r"https?://[^/]+(/answer/[^/]+/false-alarm/)", body)
        assert address is not None
        page = client.get(address[1]).text
        assert re.findall(r"<details[^>]* open>\s*<summary>([^<]*)", page) == ["We hold it to be a false alarm"]
    assert Acknowledgement.objects.count() == 0


def test_of_an_alert_that_takes_another_back_an_error_is_reported_by_mail(mail: Delivery) -> None:
    first = mail.alert
    back = outbox.alert(kind="withdrawal", corrects=first)

    for body in bodies(outbox.delivery(back)):
        assert f"mailto:{sender()}?subject=Error%20in%20alert%20{back.pk}" in body
        assert "/answer/" not in body


def test_every_mail_of_an_alert_leads_to_the_readers_own_pause(client: Client, mail: Delivery) -> None:
    for body in bodies(mail):
        address = re.search(r"https?://[^/]+(/pause/[^/]+/)", body)
        assert address is not None
        assert "Pause all mails" in client.get(address[1]).text


def test_who_unsubscribes_is_told_that_what_their_office_is_asked_still_comes(client: Client, mail: Delivery) -> None:
    address = f"/unsubscribe/{links.unsubscribe_token(mail.person)}/"

    pages = [client.get(address).text, client.post(address, {"action": "end"}).text]

    for page in pages:
        assert "What your office is asked still comes" in page
        assert "You belong to The office" in page
        assert f"mailto:{sender()}" in page
    assert "no rule of yours brings you mails any more" in pages[1]
    assert "no mail goes out to you" not in pages[1]
