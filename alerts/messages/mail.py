"""The mail of one delivery: what all mails of its alert share, and what its person has of their own."""

import functools
import json
from base64 import encodebytes
from binascii import b2a_qp
from email.message import EmailMessage
from urllib.parse import quote

from django.conf import settings
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from alerts import links
from alerts.messages.describing import describe
from alerts.messages.headers import POLICY, address, domain, head, refuse_breaks, sender
from alerts.messages.languages import language_of
from alerts.messages.letter import MARKS, TEST, InlinePicture, Letter, letter_for, preview_letter
from alerts.models import Alert, Delivery

__all__ = [
    "MARKS",
    "RELATED",
    "bodies",
    "composed",
    "fingerprint",
    "letter_of",
    "mail_for",
    "message_id",
    "preview_mail",
    "test_mail",
]

RELATED = (  # for select_related: saves queries
    "alert__country",
    "alert__situation",
    "alert__corrects",
    "alert__supersedes",
    "alert__snapshot__method",
    "person__mail_settings",
    "subscription",
)
_OF_OFFICES = (Delivery.Purpose.REMINDER, Delivery.Purpose.ESCALATION, Delivery.Purpose.PASSED_ON)
Letters = dict[tuple[int, str, str], Letter]


def letter_of(delivery: Delivery, letters: Letters | None = None) -> Letter:
    """That of its alert, purpose and person's language; made once for all that share `letters`. Raises MessageError."""
    known = letters if letters is not None else {}
    key = (delivery.alert_id, language_of(delivery.person), delivery.purpose)
    if key not in known:
        known[key] = letter_for(delivery.alert, language=key[1], purpose=delivery.purpose)
        known[key].heads.update(_common_heads(delivery.alert, known[key]))
    return known[key]


def mail_for(delivery: Delivery, letter: Letter | None = None) -> EmailMessage:
    """The mail of a delivery, the same for every try but for the stamps in its signed links.

    `letter` is that of its alert, where it is made already. Raises MessageError.
    """
    letter = letter or letter_of(delivery)
    own = _own_words(delivery, letter)
    heads = letter.heads | _own_heads(delivery, own["unsubscribe_url"])
    name = f"alert-{delivery.alert_id}"
    return composed(heads, *letter.bodies(own), name=name, picture=letter.picture)


def composed(
    heads: dict[str, object], text: str, page: str, *, name: str, picture: InlinePicture | None = None
) -> EmailMessage:
    """A mail of a text and its HTML twin, with the picture that belongs to that.

    `name` makes its boundaries, the same for every try: `=_` is in no text that is quoted-printable.
    """
    message = EmailMessage(policy=POLICY)
    message["Content-Type"] = head("Content-Type", f'multipart/alternative; boundary="=_{name}"')
    for said, value in heads.items():
        message[said] = value
    message.attach(_part(text, "plain"))
    message.attach(_part(page, "html") if picture is None else _with_picture(page, picture, name))
    return message


def preview_mail(delivery: Delivery, *, language: str) -> EmailMessage:
    """As it would go, also of an alert that waits for release. Raises MessageError."""
    return _in_advance(delivery, preview_letter(delivery.alert, language=language, purpose=delivery.purpose))


def test_mail(delivery: Delivery, *, language: str) -> EmailMessage:
    """The same, marked as a test in its subject and first paragraph. Raises MessageError."""
    letter = preview_letter(delivery.alert, language=language, purpose=TEST)
    return _in_advance(delivery, letter)


def _in_advance(delivery: Delivery, letter: Letter) -> EmailMessage:
    letter.heads.update(_common_heads(delivery.alert, letter))
    return mail_for(delivery, letter)


def bodies(delivery: Delivery, *, language: str = "") -> tuple[str, str]:
    """The text and the HTML twin, also of an alert that waits for release."""
    language = language or language_of(delivery.person)
    letter = preview_letter(delivery.alert, language=language, purpose=delivery.purpose)
    return letter.bodies(_own_words(delivery, letter))


def fingerprint(delivery: Delivery, letter: Letter | None = None) -> str:
    """A digest of all that the mail says and that may change until it goes, but for the stamps in its signed links.

    It is keyed: where links were signed with a former key, it is another one.
    """
    letter, person = letter or letter_of(delivery), delivery.person
    said = [*letter.says(), _why(delivery, letter), person.name, person.email]
    return salted_hmac("alerts.messages.fingerprint", json.dumps(said), algorithm="sha256").hexdigest()


def message_id(delivery: Delivery) -> str:
    """The same for every try, so that a mail that arrives twice is known as one: what was given once stays.

    The second in which the delivery was made tells it from that of a sister installation with the same numbers.
    """
    if delivery.message_id:
        return delivery.message_id
    return f"<alert-{delivery.alert_id}.delivery-{delivery.pk}.{delivery.made_at:%Y%m%d%H%M%S}@{domain()}>"


def thread_of(alert: Alert) -> str:
    """The root of the thread: no mail has it, and every mail of the situation answers it."""
    return f"<situation-{alert.situation_id}.{alert.situation.opened_at:%Y%m%d%H%M%S}.alerts@{domain()}>"


def _own_words(delivery: Delivery, letter: Letter) -> dict[str, str]:
    """What stands in the places of MARKS."""
    person = delivery.person
    return {
        "why_you": _why(delivery, letter),
        "manage_url": links.manage_url(person),
        "unsubscribe_url": links.unsubscribe_url(person),
        "answer_url": links.answer_url(delivery),
        "pause_url": links.pause_url(person),
        "error_url": _error_url(delivery, letter),
    }


def _error_url(delivery: Delivery, letter: Letter) -> str:
    """The answer page, open at its false alarm; a mail to us where nothing is to be answered."""
    if not delivery.pk or not letter.shared["is_asked"]:
        return f"mailto:{sender()}?subject={quote(f'Error in alert {delivery.alert_id}')}"
    return links.false_alarm_url(delivery)


def _why(delivery: Delivery, letter: Letter) -> str:
    """Why this person gets this mail, in the letter's language."""
    rule = delivery.subscription
    with translation.override(letter.language):
        if rule is None:
            return _without_rule(delivery)
        said = {"rule": describe(rule, regions=letter.regions)}
        if rule.created_by_id in {None, delivery.person_id}:
            return _("You asked for %(rule)s.") % said
        return _("You were signed up for %(rule)s.") % said


def _without_rule(delivery: Delivery) -> str:
    """Why it comes to a person whose own rules did not ask for it."""
    if delivery.purpose == Delivery.Purpose.PASSED_ON:
        return _("It was passed on to you.")
    if delivery.purpose in _OF_OFFICES:
        return _("Your office is asked to answer it.")
    if delivery.alert.kind == Alert.Kind.WITHDRAWAL:
        return _("It takes back an alert that was meant for you.")
    if delivery.alert.kind == Alert.Kind.CORRECTION:
        return _("It corrects an alert that was meant for you.")
    return _("You get the alerts of this site.")


def _common_heads(alert: Alert, letter: Letter) -> dict[str, object]:
    """The headers that every mail of an alert has, read once."""
    place, thread = f"alert {alert.pk}", thread_of(alert)
    common = {
        "Subject": letter.shared["subject"],
        "From": address(settings.INSTALLATION_NAME, sender(), f"{place}: From"),
        "In-Reply-To": thread,
        "References": thread,
        "List-Id": f"<alerts.{domain()}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": ", ".join(dict.fromkeys([letter.language, "en"])),
        "MIME-Version": "1.0",
    }
    refuse_breaks(common, place)
    return {name: POLICY.header_factory(name, value) for name, value in common.items()}


def _own_heads(delivery: Delivery, unsubscribe_url: str) -> dict[str, object]:
    """The headers of one mail alone: one recipient, and nothing that a name could break."""
    person, place = delivery.person, f"delivery {delivery.pk}"
    own = {
        "To": address(person.name, person.email, f"{place}: To"),
        "Date": delivery.written_at or delivery.made_at,
        "Message-ID": message_id(delivery),
        **_unsubscribing(delivery, unsubscribe_url),
        **_answers(delivery),
    }
    refuse_breaks(own, place)
    return own


def _unsubscribing(delivery: Delivery, url: str) -> dict[str, object]:
    """What a mail program offers; not of what an office is asked, which no unsubscribing ends."""
    if delivery.purpose in _OF_OFFICES:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _answers(delivery: Delivery) -> dict[str, object]:
    """A correction answers the very mail that this person got."""
    corrected = delivery.alert.corrects_id
    if corrected is None:
        return {}
    got = Delivery.objects.filter(alert=corrected, person=delivery.person_id, channel=Delivery.Channel.MAIL)
    mails = got.annotate(mail=Coalesce("carried_by__message_id", "message_id"))  # in a digest: its carrier's
    first = mails.exclude(mail="").order_by("pk").values_list("mail", flat=True).first()
    return {"In-Reply-To": first, "References": f"{thread_of(delivery.alert)} {first}"} if first else {}


def _with_picture(page: str, picture: InlinePicture, name: str) -> EmailMessage:
    whole = EmailMessage(policy=POLICY)
    whole["Content-Type"] = head("Content-Type", f'multipart/related; type="text/html"; boundary="=_{name}-page"')
    whole.attach(_part(page, "html"))
    shown = EmailMessage(policy=POLICY)
    shown["Content-Type"] = head("Content-Type", "image/png")
    shown["Content-Transfer-Encoding"] = head("Content-Transfer-Encoding", "base64")
    shown["Content-ID"] = head("Content-ID", f"<{picture.name}>")
    shown["Content-Disposition"] = head("Content-Disposition", 'inline; filename="trend.png"')
    shown.set_payload(_encoded(picture.png))
    whole.attach(shown)
    return whole


@functools.lru_cache(maxsize=16)
def _encoded(png: bytes) -> str:
    """In lines as mails have them; once for all mails that share it."""
    return encodebytes(png).decode("ascii")


def _part(text: str, subtype: str) -> EmailMessage:
    part = EmailMessage(policy=POLICY)
    part["Content-Type"] = head("Content-Type", f'text/{subtype}; charset="utf-8"')
    part["Content-Transfer-Encoding"] = head("Content-Transfer-Encoding", "quoted-printable")
    part.set_payload(b2a_qp(text.encode()).decode("ascii"))
    return part
