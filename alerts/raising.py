"""The stage that judges signals: each gets a verdict, some an alert in plain words; drafts whose time is over lapse."""

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from alerts import rules, wording
from alerts.models import Alert, AlertQuerySet, AlertReason, Signal, Verdict
from alerts.situations import home_situation
from indicators.models import Evidence, Snapshot, Standing, SuggestionDecision
from indicators.models.score import Level
from indicators.profile import country_profile

log = logging.getLogger(__name__)


class RaisingError(RuntimeError):
    """Some signals or drafts could not be judged; the others were, and these stay to be judged again."""


def raise_waiting(*, at: dt.datetime) -> int:
    """Judges what waits, one transaction each; how many. Safe to run twice.

    One that breaks holds up no other. Raises RaisingError after all the others.
    """
    count, broken = 0, 0
    work: list[tuple[Callable[..., int], int]] = [
        (_judge, number) for number in Signal.objects.unjudged().values_list("pk", flat=True)
    ]
    work += [(_lapse, number) for number in overdue(day=at.date()).values_list("pk", flat=True)]
    for judge, number in work:
        try:
            count += judge(number, at=at)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  other people's warnings must not wait for it
            log.error("%s %s: %s", judge.__name__.strip("_"), number, type(error).__name__)
            broken += 1
    if broken:
        raise RaisingError(f"{broken} could not be judged; the log names them")
    return count


def overdue(*, day: dt.date) -> AlertQuerySet:
    """Drafts that nobody can release any more: their time is over, or the country stands lower now."""
    lower = Standing.objects.in_use().filter(country=OuterRef("country"), snapshot__shown_level__lt=OuterRef("level"))
    return Alert.objects.waiting().filter(Q(valid_until__lt=day) | Exists(lower))


@transaction.atomic
def _judge(signal_id: int, *, at: dt.datetime) -> int:
    signals = Signal.objects.unjudged().select_for_update(skip_locked=True, of=("self",))
    signal = signals.select_related("country").filter(pk=signal_id).first()
    if signal is None or Verdict.objects.filter(signal=signal).exists():  # judged while this one waited for the lock
        return 0
    standing = _standing(signal.country_id)
    judgement = rules.judge(_found(signal, standing, at=at))
    Verdict.objects.create(signal=signal, rule=rules.RULE, reason=judgement.reason, judged_at=at)
    if judgement.raises:
        _raise(signal, standing, at=at)
    return 1


@transaction.atomic
def _lapse(alert_id: int, *, at: dt.datetime) -> int:
    """The draft ends, and the level that stands now is judged by the same signal: nobody was warned of it yet."""
    rows = overdue(day=at.date()).select_for_update(skip_locked=True, of=("self",))
    alert = rows.select_related("signal__country").filter(pk=alert_id).first()
    if alert is None or Alert.objects.get(pk=alert_id).state != Alert.State.DRAFT:
        return 0
    standing = _standing(alert.country_id)
    now = Level(standing.shown_level)
    is_over = alert.valid_until < at.date()
    reason = f"its time was over on {alert.valid_until}" if is_over else f"the country stands at {now.label} now"
    _end(alert, reason, at=at)
    if rules.judge(_found(alert.signal, standing, at=at)).raises:
        _raise(alert.signal, standing, at=at)
    return 1


def _standing(country_id: int) -> Snapshot:
    """What stands now, and goes on standing until the transaction ends: a run waits before it switches."""
    rows = Standing.objects.in_use().select_for_update(of=("self",)).select_related("snapshot__method")
    return rows.get(country=country_id).snapshot


def _found(signal: Signal, standing: Snapshot, *, at: dt.datetime) -> rules.Found:
    return rules.Found(
        kind=signal.kind,
        from_level=signal.from_level,
        level_now=standing.shown_level,
        is_historic=signal.is_historic,
        warned_level=warned_level(signal.country_id, at=at),
    )


def warned_level(country_id: int, *, at: dt.datetime) -> int:
    """The highest level of a country's alerts that were released within the cool-down or can still be; 0: none."""
    since = at - dt.timedelta(days=rules.COOL_DOWN_DAYS)
    alerts = Alert.objects.filter(country=country_id)
    waiting = alerts.filter(state=Alert.State.DRAFT).exclude(pk__in=overdue(day=at.date()).values("pk"))
    standing = waiting | alerts.filter(released_at__gt=since)
    return max(standing.values_list("level", flat=True), default=0)


def _raise(signal: Signal, standing: Snapshot, *, at: dt.datetime) -> None:
    """A draft, or an alert that the rule releases itself where the level lets it: about what stands now."""
    level = Level(standing.shown_level)
    profile = country_profile(
        signal.country,
        day=standing.as_of,
        known_on=standing.known_on,
        is_current=True,
        method=standing.method,
        user=AnonymousUser(),  # an alert goes to many: it says what is public, and how much is not
    )
    words = wording.words_of(
        profile,
        previous=Level(signal.from_level),
        level=level,
        phrases=_phrases([reason.evidence for reason in profile.reasons if reason.evidence]),
    )
    for weaker in Alert.objects.waiting().filter(country=signal.country_id):
        _end(weaker, f"a warning of {level.label} took its place", at=at)
    alert = Alert.objects.create(
        signal=signal,
        situation=home_situation(country=signal.country, at=at),
        country=signal.country,
        snapshot=standing,
        level=level,
        previous_level=signal.from_level,
        raised_at=at,
        valid_until=rules.valid_until(level=level, day=at.date()),
        withheld=profile.withheld,
        **dataclasses.asdict(words.alert),
        **_release_by_rule(level, at=at),
    )
    AlertReason.objects.bulk_create(
        AlertReason(alert=alert, order=order, text=reason.text, grade=reason.grade, evidence=reason.evidence)
        for order, reason in enumerate(words.reasons, start=1)
    )


def _end(draft: Alert, reason: str, *, at: dt.datetime) -> None:
    """A draft that nobody decided goes out of the publisher's way, and says why."""
    draft.state, draft.decided_at, draft.decision_reason = Alert.State.LAPSED, at, reason
    draft.save(update_fields=["state", "decided_at", "decision_reason"])


def _phrases(evidence: list[Evidence]) -> dict[int, int]:
    """Where in its passage the words stand that a machine pointed at, by the number of the evidence."""
    found = SuggestionDecision.objects.filter(evidence__in=evidence).order_by("pk").select_related("suggestion")
    return {row.evidence_id: row.suggestion.phrase_start for row in found if row.evidence_id is not None}


def _release_by_rule(level: Level, *, at: dt.datetime) -> dict[str, object]:
    if level >= settings.RELEASE_FROM_LEVEL:
        return {}
    reason = f"released by rule {rules.RULE}: {Level(settings.RELEASE_FROM_LEVEL).label} and above wait for a publisher"
    return {"state": Alert.State.RELEASED, "decided_at": at, "released_at": at, "decision_reason": reason}
