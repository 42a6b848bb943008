"""Addresses that work outside the site: absolute ones, and signed ones that stand for a person who is not signed in.

A token holds a person's number and nothing else that can be read. Tokens of one purpose are no good for the other.
"""

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from alerts.models import Delivery, Subscription
from people.models import User

ANSWER_LASTS = dt.timedelta(days=120)  # longer than any alert is valid: who was late may still answer
CONFIRM_LASTS = dt.timedelta(days=7)  # a proposal of long ago is none any more
MANAGE_LASTS = dt.timedelta(days=400)  # longer than a year: every mail brings a new one
_MANAGE = "alerts.links.manage"
_ANSWER = "alerts.links.answer"
_UNSUBSCRIBE = "alerts.links.unsubscribe"
_PAUSE = "alerts.links.pause"
_CONFIRM = "alerts.links.confirm"
_ADDRESS = "alerts.links.address"
_CALENDAR = "alerts.links.calendar"
_PASSWORD = "alerts.links.password"  # noqa: S105  a salt


def absolute(path: str) -> str:
    """The full address of a path of this site, such as `/alerts/12/`."""
    return f"{settings.SITE_URL}{path}"


def manage_token(person: User) -> str:
    """Opens the person's own rules for 400 days, as long as the address it was sent to is still theirs."""
    return signing.dumps({"person": person.pk, "address": _mark_of(person)}, salt=_MANAGE)


def person_of(token: str) -> User | None:
    """Whose rules the token opens; None where it is expired, broken, of another purpose or of nobody active."""
    return _still_theirs(token, salt=_MANAGE)


def unsubscribe_token(person: User) -> str:
    """Ends all the person's mails, whenever it is used."""
    return signing.dumps({"person": person.pk}, salt=_UNSUBSCRIBE)


def person_of_unsubscribe(token: str) -> User | None:
    """Whose mails the token ends; it never expires, since an old mail may be the one that is too many."""
    return _active(_read(token, salt=_UNSUBSCRIBE, max_age=None))


def pause_token(person: User) -> str:
    """Opens how the person is written to, as long as the address it was sent to is still theirs: 400 days."""
    return signing.dumps({"person": person.pk, "address": _mark_of(person)}, salt=_PAUSE)


def person_of_pause(token: str) -> User | None:
    """Whose mails the token pauses; None where it is expired, broken, of another purpose or of nobody active."""
    return _still_theirs(token, salt=_PAUSE)


def pause_url(person: User) -> str:
    """Where the person pauses all mails, or sets their hours and language, without signing in."""
    return absolute(reverse("pause", args=[pause_token(person)]))


def calendar_token(person: User) -> str:
    """Opens the person's own calendar, which programs ask for over years: until address or password changes."""
    return signing.dumps({"person": person.pk, "mark": _mark_of_account(person)}, salt=_CALENDAR)


def person_of_calendar(token: str) -> User | None:
    """Whose calendar the token opens; None where it is broken, of another purpose, or revoked."""
    said = _read(token, salt=_CALENDAR, max_age=None)
    person = _active(said)
    return person if person is not None and said.get("mark") == _mark_of_account(person) else None


class ExpiredLinkError(ValueError):
    """A link that was good and is too old."""


def answer_token(delivery: Delivery) -> str:
    """Answers the alert of one mail as its reader, as long as the address it was sent to is still theirs."""
    return signing.dumps({"delivery": delivery.pk, "address": _mark_of(delivery.person)}, salt=_ANSWER)


def delivery_of(token: str) -> Delivery | None:
    """Which mail the token is from; None where it is broken, of another purpose or of nobody active.

    Raises ExpiredLinkError.
    """
    try:
        said = signing.loads(token, salt=_ANSWER, max_age=ANSWER_LASTS)
    except signing.SignatureExpired as error:
        raise ExpiredLinkError(f"found a link older than {ANSWER_LASTS.days} days; wanted a newer one") from error
    except signing.BadSignature:
        return None
    number = said.get("delivery") if isinstance(said, dict) else None
    rows = Delivery.objects.select_related("person", "alert__country").filter(person__is_active=True)
    found = rows.defer("message").filter(pk=number).first() if isinstance(number, int) else None
    return found if found is not None and said.get("address") == _mark_of(found.person) else None


def answer_url(delivery: Delivery) -> str:
    """Where the reader of a mail answers its alert with one confirming click; of a draft's preview, its page."""
    if delivery.pk is None:
        return absolute(delivery.alert.get_absolute_url())
    return absolute(reverse("answer", args=[answer_token(delivery)]))


def false_alarm_url(delivery: Delivery) -> str:
    """The same with that answer open: where an error is reported."""
    return absolute(reverse("answer_false_alarm", args=[answer_token(delivery)]))


def confirm_token(rule: Subscription) -> str:
    """Says yes or no to a rule as it stands, as long as the address it was sent to is its person's: 7 days."""
    said = {"rule": rule.pk, "as_of": _as_of(rule), "address": _mark_of(rule.person)}
    return signing.dumps(said, salt=_CONFIRM)


def rule_to_confirm(token: str) -> Subscription | None:
    """Of which rule the token is; None where it is broken, of another purpose or of nobody active.

    Raises ExpiredLinkError, also where the rule has other words since.
    """
    try:
        said = signing.loads(token, salt=_CONFIRM, max_age=CONFIRM_LASTS)
    except signing.SignatureExpired as error:
        raise ExpiredLinkError(f"found a link older than {CONFIRM_LASTS.days} days; wanted a newer one") from error
    except signing.BadSignature:
        return None
    number = said.get("rule") if isinstance(said, dict) else None
    rows = Subscription.objects.select_related("person").filter(person__is_active=True)
    rule = rows.filter(pk=number).first() if isinstance(number, int) else None
    if rule is None or said.get("address") != _mark_of(rule.person):
        return None
    if said.get("as_of") != _as_of(rule):
        raise ExpiredLinkError("found a link of before the rule was changed; wanted a newer one")
    return rule


def confirm_url(rule: Subscription) -> str:
    """Where the person says yes or no to a rule that somebody made for them."""
    return absolute(reverse("confirm", args=[confirm_token(rule)]))


def manage_url(person: User) -> str:
    """Where the person sees and changes their own rules without signing in."""
    return absolute(reverse("my_subscriptions", args=[manage_token(person)]))


def unsubscribe_url(person: User) -> str:
    """Where the person, or their mail program, ends all mails with one POST."""
    return absolute(reverse("unsubscribe", args=[unsubscribe_token(person)]))


def _still_theirs(token: str, *, salt: str) -> User | None:
    said = _read(token, salt=salt, max_age=MANAGE_LASTS)
    person = _active(said)
    return person if person is not None and said.get("address") == _mark_of(person) else None


def _as_of(rule: Subscription) -> str:
    return (rule.changed_at or rule.created_at).astimezone(dt.UTC).isoformat()


def _mark_of(person: User) -> str:
    """Stands for the address without telling it."""
    return salted_hmac(_ADDRESS, person.email).hexdigest()[:16]


def _mark_of_account(person: User) -> str:
    """Stands for address and password without telling them."""
    return salted_hmac(_PASSWORD, f"{person.email}\n{person.password}").hexdigest()[:16]


def _read(token: str, *, salt: str, max_age: dt.timedelta | None) -> Mapping[str, object]:
    try:
        said = signing.loads(token, salt=salt, max_age=max_age)
    except signing.BadSignature:
        return {}
    return said if isinstance(said, dict) else {}


def _active(said: Mapping[str, object]) -> User | None:
    number = said.get("person")
    return User.objects.filter(pk=number, is_active=True).first() if isinstance(number, int) else None
