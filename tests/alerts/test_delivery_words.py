"""A mail that must not leave as it was written does not, and holds up no other."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from pytest_django import Settings

from alerts import messages
from alerts.models import Delivery
from alerts.outbox import delivery
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import post_office
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State


def forged(row: Delivery) -> EmailMessage:
    return outbox.mail_for(row, Comments="x\r\nBcc: somebody@else.example")


def smuggled(row: Delivery) -> EmailMessage:
    """As it would be after a library's own check had been passed by."""
    message = outbox.mail_for(row)
    message._headers.append(("X-Country", "x\r\nBcc: somebody@else.example"))  # type: ignore[attr-defined]
    return message


def copied(row: Delivery) -> EmailMessage:
    return outbox.mail_for(row, Cc="somebody@else.example")


def blind_copied(row: Delivery) -> EmailMessage:
    return outbox.mail_for(row, Bcc="somebody@else.example")


def to_another(row: Delivery) -> EmailMessage:
    return outbox.mail_for(row, To="somebody@else.example")


def to_two(row: Delivery) -> EmailMessage:
    return outbox.mail_for(row, To=f"{row.person.email}, somebody@else.example")


def sent_with(settings: Settings, monkeypatch: pytest.MonkeyPatch, words: Callable[[Delivery], EmailMessage]) -> int:
    monkeypatch.setattr(messages, "mail_for", lambda row, *_letter: words(row))
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

    assert sent_with(settings, monkeypatch, lambda row: words(row) if row == bad else outbox.mail_for(row)) == 1

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.message, good.state) == (State.GIVEN_UP, None, State.SENT)
    assert bad.reply_text.startswith("the mail must not be sent: ")
    assert "else.example" not in bad.reply_text


def test_a_mail_that_cannot_be_written_is_put_off_with_its_reason(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = outbox.deliveries(2)

    def words(row: Delivery) -> EmailMessage:
        if row == bad:
            raise TemplateDoesNotExist("a secret place")
        return outbox.mail_for(row)

    assert sent_with(settings, monkeypatch, words) == 1

    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (State.DEFERRED, 1)
    assert bad.reply_text == "the mail could not be written (TemplateDoesNotExist)"
    assert bad.next_try_at is not None
    assert bad.next_try_at > NOW
    assert good.tries.get().outcome == "sent"


def test_the_mail_that_leaves_is_the_one_that_was_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    row = outbox.delivery()

    sent_with(settings, monkeypatch, messages.mail_for)

    written, kept = messages.mail_for(row), outbox.kept(row)
    assert kept["Message-ID"] == written["Message-ID"] == row.message_id
    assert [kept.get_all(name) for name in ("From", "To", "Subject")] == [
        [written[name]] for name in ("From", "To", "Subject")
    ]
    assert bytes(row.message or b"").isascii()
    assert max(len(line) for line in bytes(row.message or b"").split(b"\r\n")) <= 998


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

    sent_with(settings, monkeypatch, outbox.mail_for)

    row.refresh_from_db()
    assert (row.state, delivery._as_servers_read(person.email)) == (state, address)


def test_a_sender_that_is_no_address_is_refused_before_anything_is_tried(settings: Settings) -> None:
    row, settings.MAIL_FROM = outbox.delivery(), "Alerts"

    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM is no mail address"):
        delivery.send_waiting(now=lambda: NOW)

    assert not row.tries.exists()
