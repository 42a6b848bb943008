"""A mail that must not leave as it was written does not, and holds up no other."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.template import TemplateDoesNotExist
from pytest_django import Settings

from alerts import delivery, messages
from alerts.models import Delivery
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import post_office
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State


def mail(row: Delivery, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Synthetic"
    for name, value in headers.items():
        message[name] = value
    message.set_content("Synthetic.\n")
    return message


def forged(row: Delivery) -> EmailMessage:
    return mail(row, Comments="x\r\nBcc: somebody@else.example")


def smuggled(row: Delivery) -> EmailMessage:
    """As it would be after a library's own check had been passed by."""
    message = mail(row)
    message._headers.append(("X-Country", "x\r\nBcc: somebody@else.example"))  # type: ignore[attr-defined]
    return message


def copied(row: Delivery) -> EmailMessage:
    return mail(row, Cc="somebody@else.example")


def blind_copied(row: Delivery) -> EmailMessage:
    return mail(row, Bcc="somebody@else.example")


def to_another(row: Delivery) -> EmailMessage:
    return mail(row, To="somebody@else.example")


def to_two(row: Delivery) -> EmailMessage:
    return mail(row, To=f"{row.person.email}, somebody@else.example")


def sent_with(settings: Settings, monkeypatch: pytest.MonkeyPatch, words: Callable[[Delivery], EmailMessage]) -> int:
    monkeypatch.setattr(messages, "mail_for", words)
    with post_office() as post:
        settings.MAIL_SERVER = post.server
        assert delivery.send_waiting(now=lambda: NOW) == len(post.taken)
        assert [mail for mail in post.mails if "else.example" in str(mail)] == []
        return len(post.taken)


@pytest.mark.parametrize("words", [forged, smuggled, copied, blind_copied, to_another, to_two])
def test_a_mail_with_a_forged_header_or_another_reader_never_leaves(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, words: Callable[[Delivery], EmailMessage]
) -> None:
    bad, good = outbox.deliveries(2)

    assert sent_with(settings, monkeypatch, lambda row: words(row) if row == bad else mail(row)) == 1

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.message, good.state) == (State.GIVEN_UP, None, State.SENT)
    assert bad.reply_text.startswith("the mail must not be sent as it was written: ")
    assert "else.example" not in bad.reply_text


def test_a_mail_that_cannot_be_written_is_put_off_with_its_reason(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = outbox.deliveries(2)

    def words(row: Delivery) -> EmailMessage:
        if row == bad:
            raise TemplateDoesNotExist("a secret place")
        return mail(row)

    assert sent_with(settings, monkeypatch, words) == 1

    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (State.DEFERRED, 1)
    assert bad.reply_text == "the mail could not be written (TemplateDoesNotExist)"
    assert bad.next_try_at is not None
    assert bad.next_try_at > NOW
    assert good.tries.get().outcome == "sent"


def test_from_to_date_and_message_id_are_ours(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    row = outbox.delivery()

    def words(row: Delivery) -> EmailMessage:
        return mail(row, **{"Message-ID": "<other@else.example>"})

    sent_with(settings, monkeypatch, words)

    kept = outbox.kept(row)
    assert (kept["To"], kept["Date"].datetime, kept["Message-ID"]) == (row.person.email, NOW, row.message_id)
    assert kept.get_all("From") == [settings.MAIL_FROM]


@pytest.mark.parametrize(
    ("email", "state", "address"),
    [
        ("person@münchen.example", State.SENT, "person@xn--mnchen-3ya.example"),
        ("pérson@test.example", State.GIVEN_UP, ""),
        ("person@", State.GIVEN_UP, ""),
        ("nobody", State.GIVEN_UP, ""),
        ("a b@test.example", State.GIVEN_UP, ""),
        ("a@test.example>\r\nDATA", State.GIVEN_UP, ""),
    ],
)
def test_an_address_goes_over_the_line_as_servers_read_it_or_not_at_all(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, email: str, state: str, address: str
) -> None:
    person = make.person(Role.FOCAL_POINT)
    type(person).objects.filter(pk=person.pk).update(email=email.lower())
    person.refresh_from_db()
    row = outbox.delivery(to=outbox.subscription(person))

    sent_with(settings, monkeypatch, mail)

    row.refresh_from_db()
    assert (row.state, delivery._address(row)) == (state, address)


def test_a_message_id_is_no_other_delivery_s() -> None:
    first, second = outbox.deliveries(2)
    again = Delivery(pk=first.pk, made_at=NOW + dt.timedelta(days=1))  # the same number after `make reset`

    assert len({delivery.message_id(row) for row in (first, second, again)}) == 3
