"""Mails that come back after the mail server had taken them."""

import datetime as dt
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from django.core.management import CommandError, call_command

from alerts.models import Confirmation, Delivery
from alerts.outbox import delivery as outbox_of
from alerts.outbox.bouncing import UnknownMailError, take_back
from alerts.outbox.returned import MOST_BYTES, NotAReturnError, read_return
from alerts.subscriptions import confirming
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")

OURS = "<alert-7.delivery-12.20261130120000@r2p.example>"


def report(message_id: str = OURS, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """As a mail server writes it."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole.attach(MIMEText("Nobody of this name is here."))
    fields, about, of = Message(), Message(), Message()
    about["Reporting-MTA"], of["Final-Recipient"], of["Action"], of["Status"] = (
        "dns; mx.example",
        "rfc822; x@y",
        action,
        status,
    )
    fields.set_type("message/delivery-status")
    fields.set_payload([about, of])
    whole.attach(fields)
    returned = MIMEText(f"Message-ID: {message_id}\nSubject: anything\n", "rfc822-headers")
    whole.attach(returned)
    return whole.as_bytes()


def sent() -> Delivery:
    row = outbox.delivery()
    number = f"<alert-{row.alert_id}.delivery-{row.pk}.20261130120000@r2p.example>"
    Delivery.objects.filter(pk=row.pk).update(
        state="sent", next_try_at=None, finished_at=NOW, reply_code=250, reply_text="taken", message_id=number
    )
    row.refresh_from_db()
    return row


def test_a_mail_that_came_back_is_said_to_have_and_can_be_put_back() -> None:
    row = sent()

    assert take_back(report=report(row.message_id), at=NOW) == 1
    assert take_back(report=report(row.message_id), at=NOW) == 0  # told twice

    row.refresh_from_db()
    assert (row.state, row.tries.get().text) == ("bounced", "came back with status 5.1.1")
    outbox_of.retry(delivery_id=row.pk, by=make.person(Role.PUBLISHER), at=NOW)


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "4.2.2")])
def test_what_is_no_failure_for_good_changes_nothing(action: str, status: str) -> None:
    row = sent()

    assert take_back(report=report(row.message_id, action=action, status=status), at=NOW) == 0

    row.refresh_from_db()
    assert row.state == "sent"


def test_a_report_about_a_mail_that_never_went_is_refused() -> None:
    with pytest.raises(UnknownMailError, match="found no mail"):
        take_back(report=report(), at=NOW)


def plain() -> bytes:
    message = EmailMessage()
    message.set_content("I am away until Monday.")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        (plain(), "found text/plain; wanted multipart/report"),
        (b"\x00\xff" * 10, "wanted multipart/report"),
        (b"a" * (MOST_BYTES + 1), "wanted a report of at most"),
        (report("<somebody-elses@mail.example>"), "found no Message-ID of a mail of ours"),
        (report(status="away"), "without action or status"),
    ],
)
def test_what_is_no_report_of_ours_says_what_it_is(payload: bytes, what: str) -> None:
    with pytest.raises(NotAReturnError, match=what):
        read_return(payload)


def test_the_command_names_the_file_that_it_cannot_use(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]  # pytest's own
    row = sent()
    (tmp_path / "good.eml").write_bytes(report(row.message_id))
    (tmp_path / "bad.eml").write_bytes(plain())

    with pytest.raises(CommandError, match="1 could not be used"):
        call_command("read_bounces", tmp_path / "bad.eml", tmp_path / "good.eml")

    said = capsys.readouterr()
    assert said.out == "good.eml: 1 came back\n"
    assert said.err.startswith("bad.eml: found text/plain")


def asked(at: dt.datetime = NOW) -> Confirmation:
    """A mail that asked for a yes and was taken."""
    rule = outbox.subscription(confirmed_at=None)
    return Confirmation.objects.create(
        subscription=rule, asked_by=make.person(Role.ADMIN), made_at=at, state="sent", finished_at=at, attempts=1
    )


def test_a_mail_that_asked_for_a_yes_and_came_back_is_said_to_have() -> None:
    row = asked()
    identifier = confirming.mail_for(row)["Message-ID"]

    assert take_back(report=report(identifier, action="delayed", status="4.4.1"), at=NOW) == 0
    assert take_back(report=report(identifier), at=NOW) == 1
    assert take_back(report=report(identifier), at=NOW) == 0  # told twice

    row.refresh_from_db()
    assert (row.state, row.reply_text) == ("bounced", "came back with status 5.1.1")


@pytest.mark.parametrize("wrong", ["confirmation-{row}.20200101000000", "confirmation-9{row}.{stamp}"])
def test_a_report_about_a_mail_that_never_asked_is_refused(wrong: str) -> None:
    row = asked()
    name = wrong.format(row=row.pk, stamp=f"{NOW:%Y%m%d%H%M%S}")

    with pytest.raises(UnknownMailError, match="found no mail"):
        take_back(report=report(f"<{name}@r2p.example>"), at=NOW)
