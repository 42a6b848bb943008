"""Puts a draft in other words."""

import datetime as dt

from django.db import transaction

from alerts.desk.drafts import DeskError, Words, draft_for, log, reason_of
from alerts.desk.hidden import refuse_hidden
from alerts.models import Alert, AlertDecision
from alerts.policy import rules
from alerts.raising.wording import HEADLINE_WORDS
from people.models import User

PART_MOST = 1500  # characters of one part: the mail cuts what is longer than its 250 words
HEADLINE_MOST = 120  # the same, of the headline
_REQUIRED = ("headline", "what_changed", "how_sure", "not_known", "can_be_done")


@transaction.atomic
def edit(*, alert_id: int, by: User, words: Words, seen: str, reason: str, at: dt.datetime) -> Alert:
    """Keeps the words before, the name and the reason; `seen` is the digest of the words that the person looked at.

    The same words sent twice change nothing the second time. Raises DeskError.
    """
    alert = draft_for(alert_id=alert_id, by=by)
    was, words = Words.of(alert), tidy(words)
    if words == was and seen != was.digest():
        return alert  # sent twice, or somebody else put it just so
    draft_for(alert_id=alert_id, by=by, seen=seen)
    reason = reason_of(reason)
    if words == was:
        raise DeskError(f"alert {alert_id}: found no word changed; wanted at least one")
    refuse_unfit(words)
    if words.valid_until != was.valid_until:
        refuse_other_end(words.valid_until, level=alert.level, since=at.date(), day=at.date())
    refuse_hidden(words.as_kept().values(), old=was.as_kept().values(), country_id=alert.country_id)
    for name in (changed := [name for name, value in words.as_kept().items() if value != was.as_kept()[name]]):
        setattr(alert, name, getattr(words, name))
    alert.save(update_fields=changed)
    before = {name: was.as_kept()[name] for name in changed}
    log(alert, AlertDecision.Action.EDITED, by=by, reason=reason, at=at, before=before)
    return alert


def tidy(words: Words) -> Words:
    """Each part in one paragraph: mails and feeds have no other."""
    parts = {name: " ".join(value.split()) for name, value in words.as_kept().items() if name != "valid_until"}
    return Words(**parts, valid_until=words.valid_until)


def refuse_unfit(words: Words) -> None:
    """Raises DeskError for words that are missing or too long."""
    for name, value in words.as_kept().items():
        what = name.replace("_", " ")
        if name in _REQUIRED and not value:
            raise DeskError(f"{what}: found nothing; wanted words")
        if len(value) > (most := HEADLINE_MOST if name == "headline" else PART_MOST):
            raise DeskError(f"{what}: found {len(value)} characters; wanted at most {most}")
    if len(words.headline.split()) > HEADLINE_WORDS:
        raise DeskError(f"headline: found {len(words.headline.split())} words; wanted at most {HEADLINE_WORDS}")


def refuse_other_end(until: dt.date, *, level: int, since: dt.date, day: dt.date) -> None:
    """Raises DeskError for a day that is over, or beyond what the rule gives an alert that goes out on `since`."""
    last = rules.valid_until(level=level, day=since)
    if not day <= until <= last:
        raise DeskError(f"valid until: found {until}; wanted a day from {day} to {last}")
