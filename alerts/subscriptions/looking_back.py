"""What a rule would have sent, had it been there: by the statement that finds whom to warn."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import Q

from alerts.models import Alert, MailSettings, Subscription
from alerts.numbers.following import later
from alerts.policy.rules import LEAST_LEVEL
from alerts.subscriptions import hours, matching
from alerts.subscriptions.wanting import Wanted, refuse_what_cannot_be
from indicators.models.score import Level
from people.models import User
from people.permissions import clearance_of

MONTHS = 12
LISTED = 20  # of the latest: more say nothing more about the rule


@dataclasses.dataclass(frozen=True, slots=True)
class LookBack:
    """How many mails in how many months, with the alerts in them: the latest of them, and how many are left out."""

    mails: int
    alerts: int
    latest: list[Alert]
    is_digest: bool
    more_by: tuple[str, ...] = ()  # what may send more, as far as the rule leaves anything to add
    months: int = MONTHS

    def lines(self) -> list[tuple[Level, Alert]]:
        """The latest, each with its level."""
        return [(Level(alert.level), alert) for alert in self.latest]

    @property
    def left(self) -> int:
        """How many alerts are not among the latest."""
        return self.alerts - len(self.latest)


def look_back(*, wanted: Wanted, person: User, reader: User, at: dt.datetime) -> LookBack:
    """The last twelve months by this rule alone, as far as `reader` may see. Raises SubscriptionError.

    Corrections and withdrawals of what it would have sent are counted with it: they go to everybody who was warned.
    """
    refuse_what_cannot_be(wanted, person_id=person.pk)
    since = at.replace(hour=0, minute=0, second=0, microsecond=0)
    since += later(at.date(), -MONTHS) - at.date()
    found = matching.would_have_sent(_draft(wanted, person), since=since, until=at)
    rows = Alert.objects.released().filter(sensitivity__lte=clearance_of(reader), released_at__lt=at)
    sent = rows.filter(Q(pk__in=found) | Q(corrects__in=found)).select_related("country")
    alerts = list(sent.defer("what_changed", "how_sure", "not_known", "can_be_done", "who_is_at_risk"))
    times = [alert.released_at for alert in alerts if alert.released_at is not None]
    is_digest = wanted.frequency != Subscription.Frequency.AT_ONCE
    mails = _digests(times, wanted, person) if is_digest else len(times)
    latest, more_by = alerts[:LISTED], _more_by(wanted)
    return LookBack(mails=mails, alerts=len(alerts), latest=latest, is_digest=is_digest, more_by=more_by)


def _more_by(wanted: Wanted) -> tuple[str, ...]:
    wider = () if wanted.is_everywhere else ("a wider region",)
    lower = () if wanted.least_level <= LEAST_LEVEL else ("a lower level",)
    return wider + lower


def _draft(wanted: Wanted, person: User) -> matching.Draft:
    return matching.Draft(
        person_id=person.pk,
        is_everywhere=wanted.is_everywhere,
        countries=[country.pk for country in wanted.countries],
        regions=wanted.regions,
        least_level=wanted.least_level,
        factors=wanted.factors,
        scopes=wanted.scopes,
    )


def _digests(times: Collection[dt.datetime], wanted: Wanted, person: User) -> int:
    """On how many of the person's mornings something would have waited."""
    zone = MailSettings.objects.filter(person=person).values_list("time_zone", flat=True).first() or "UTC"
    is_weekly = wanted.frequency == Subscription.Frequency.WEEKLY
    return len({hours.next_morning(at, zone, settings.DIGEST_AT, is_weekly=is_weekly) for at in times})
