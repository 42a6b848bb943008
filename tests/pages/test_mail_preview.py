"""The mail before others get it: as its reader will see it, who would get it, and a test to oneself."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Delivery
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.mails import high
from tests.alerts.smtp_servers import post_office

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def publisher(client: Client, reference: None) -> User:
    user = make.person(Role.PUBLISHER, name="Pia Publisher")
    client.force_login(user)
    return user


@pytest.mark.usefixtures("publisher")
def test_a_draft_is_shown_as_it_will_be_read_in_each_language(client: Client) -> None:
    row = outbox.alert(state="draft", what_changed="It rose.")

    english, french = (client.get(f"/alerts/{row.pk}/mail/?language={code}") for code in ("en", "fr"))

    assert "[ELEVATED ↑] Myanmar: Synthetic headline (confidence: medium)" in english.text
    assert "[ACCRU ↑] Myanmar : Synthetic headline (confiance : moyenne)" in french.text
    assert "WHAT CHANGED\nIt rose." in english.text
    assert f'src="/alerts/{row.pk}/mail.html?language=fr"' in french.text
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("publisher")
def test_the_frame_holds_the_page_alone_and_no_link_of_it_works(client: Client) -> None:
    row = outbox.alert(state="draft", what_changed="It rose.")

    answer = client.get(f"/alerts/{row.pk}/mail.html?language=fr")

    assert "It rose." in answer.text
    assert "href=" not in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.usefixtures("publisher")
def test_a_phone_s_width_and_the_language_stand_in_the_address(client: Client) -> None:
    page = client.get(f"/alerts/{outbox.alert().pk}/mail/?language=fr&width=phone")

    assert "mail-frame-phone" in page.text
    assert [one.href.partition("?")[2] for one in page.context["widths"]] == [
        "language=fr&width=wide", "language=fr&width=phone",
    ]  # fmt: skip
    assert client.get(f"/alerts/{outbox.alert().pk}/mail/?language=xx&width=9").context["language"] == "en"


@pytest.mark.usefixtures("publisher")
def test_it_says_who_would_get_it_and_why(client: Client) -> None:
    outbox.subscription(make.person(Role.FOCAL_POINT, name="Fay Focal"), least_level=3)
    outbox.subscription(make.person(name="Only Severe"), least_level=5)

    page = client.get(f"/alerts/{outbox.alert(state='draft').pk}/mail/")

    assert [(one.rule.person.name, one.why) for one in page.context["recipients"]] == [
        ("Fay Focal", "alerts about every country from ELEVATED on")
    ]
    assert "Only Severe" not in page.text


@pytest.mark.usefixtures("publisher")
def test_where_nobody_would_get_it_the_page_says_what_to_do(client: Client) -> None:
    assert "no rule in force asks" in client.get(f"/alerts/{outbox.alert().pk}/mail/").text


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PUBLISHER, Role.ADMIN}])
def test_nobody_else_sees_it_or_sends_a_test(client: Client, role: Role) -> None:
    client.force_login(make.person(role))
    row = outbox.alert()

    assert client.get(f"/alerts/{row.pk}/mail/").status_code == 403
    assert client.get(f"/alerts/{row.pk}/mail.html").status_code == 403
    assert client.post(f"/alerts/{row.pk}/mail/test/").status_code == 403
    assert not LogEntry.objects.exists()


def test_a_test_goes_to_oneself_alone_marked_and_recorded(client: Client, publisher: User, settings: Settings) -> None:
    row = outbox.alert(state="draft")
    outbox.subscription(make.person(Role.FOCAL_POINT))
    with post_office() as post:
        settings.MAIL_SERVER = post.server
        answer = client.post(f"/alerts/{row.pk}/mail/test/", {"language": "fr", "width": "phone"}, follow=True)

    (mail,) = post.taken
    assert mail.recipients == (publisher.email,)
    assert mail.message["Subject"].startswith("TEST: [ACCRU ↑] ")
    assert "to your own address" in answer.text
    assert LogEntry.objects.get().change_message == "test mail to oneself: sent (250)"
    assert (Delivery.objects.count(), answer.request["QUERY_STRING"]) == (0, "language=fr&width=phone")


def test_a_double_click_sends_one(client: Client, publisher: User, settings: Settings) -> None:
    row = outbox.alert()
    with post_office() as post:
        settings.MAIL_SERVER = post.server
        for _ in range(2):
            answer = client.post(f"/alerts/{row.pk}/mail/test/", follow=True)

    assert len(post.taken) == 1
    assert "wanted a pause between two" in answer.text


@pytest.mark.parametrize(
    ("says", "told"), [({"RCPT": "550 5.1.1 no"}, "answered 550"), ({"MAIL": "drop"}, "no answer")]
)
def test_what_the_mail_server_answers_is_told(
    client: Client, publisher: User, settings: Settings, says: dict[str, str], told: str
) -> None:
    with post_office() as post:
        settings.MAIL_SERVER, post.says = post.server, says
        answer = client.post(f"/alerts/{outbox.alert().pk}/mail/test/", follow=True)

    assert told in answer.text
    assert "test mail to oneself: " in LogEntry.objects.get().change_message


@pytest.mark.usefixtures("publisher")
def test_a_name_that_breaks_a_header_makes_no_mail_and_no_fault(client: Client, settings: Settings) -> None:
    settings.INSTALLATION_NAME = "x\r\nBcc: somebody@else.example"
    row = high()

    page = client.get(f"/alerts/{row.pk}/mail/")

    assert "This mail cannot be made." in page.text
    assert client.get(f"/alerts/{row.pk}/mail.html").status_code == 404
    assert "No test was sent" in client.post(f"/alerts/{row.pk}/mail/test/", follow=True).text


@pytest.mark.usefixtures("publisher")
@pytest.mark.parametrize("count", [3, 30])
def test_the_page_costs_as_many_queries_for_many_recipients(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    row = outbox.alert()
    for _ in range(count):
        outbox.subscription(is_everywhere=False, regions=[142]).countries.set([row.country])

    with django_assert_max_num_queries(16):
        client.get(f"/alerts/{row.pk}/mail/")
