"""The mail of one delivery: text and HTML twins that say the same in at most 250 words.

Other mails (digests, confirmations) use the same frame: `frame.shell` with `templates/emails/base.html` and `base.txt`,
`headers` for the head, `mail.composed` for the whole.
"""

from alerts.messages.describing import describe, region_names
from alerts.messages.headers import POLICY, MessageError, sender
from alerts.messages.languages import language_of
from alerts.messages.letter import NOT_PUBLIC, Letter, letter_for, preview_letter, subject
from alerts.messages.mail import (
    MARKS,
    RELATED,
    Letters,
    bodies,
    fingerprint,
    letter_of,
    mail_for,
    message_id,
    preview_mail,
    test_mail,
)
from alerts.messages.styles import RAMP, STYLES
from alerts.messages.texts import WORDS_MAX, ReasonLine, Texts, words_in

__all__ = [
    "MARKS",
    "NOT_PUBLIC",
    "POLICY",
    "RAMP",
    "RELATED",
    "STYLES",
    "WORDS_MAX",
    "Letter",
    "Letters",
    "MessageError",
    "ReasonLine",
    "Texts",
    "bodies",
    "describe",
    "fingerprint",
    "language_of",
    "letter_for",
    "letter_of",
    "mail_for",
    "message_id",
    "preview_letter",
    "preview_mail",
    "region_names",
    "sender",
    "subject",
    "test_mail",
    "words_in",
]
