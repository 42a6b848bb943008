"""The stage that judges signals: each gets a verdict, some an alert in plain words; drafts whose time is over lapse."""

import dataclasses
import datetime as dt
import itertools
import logging
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, transaction
from django.db.models import Q

from alerts import policy
from alerts.models import Alert, AlertDecision, AlertReason, Postponed, Signal, SignalQuerySet, Verdict
from alerts.policy import rules
from alerts.raising import at_risk, saying, wording
from alerts.raising.freshness import why_stale
from alerts.raising.lapsing import overdue, why_it_ends
from alerts.raising.warned import is_taken_back, warned
from alerts.situations import can_be_done
from alerts.situations.situations import home_situation, known_home
from countries.models import Country
from indicators.models import Evidence, Snapshot, Standing, SuggestionDecision
from indicators.models.score import Level, Reporting
from indicators.profile import CountryProfile, country_profile
from people.english import in_english

log = logging.getLogger(__name__)


class RaisingError(RuntimeError):
    """Some signals or drafts could not be judged; the others were, and these stay to be judged again."""


def raise_waiting(*, at: dt.datetime) -> int:
    """Judges what waits, one transaction each; how many. Safe to run twice.

    Nothing is judged from old scores: it waits for a run. One that breaks holds up no other. Raises RaisingError after
    all the others.
    """
    if trouble := why_stale(at=at):
        log.warning("nothing is judged: %s", trouble)
        return 0
    count, broken = 0, 0
    for number in _countries(at=at):
        try:
            count += _judge(number, at=at)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  other people's warnings must not wait for it
            log.error("country %s could not be judged: %s", number, type(error).__name__)
            broken += 1
    if broken:
        raise RaisingError(f"{broken} could not be judged; the log names them")
    return count


def _countries(*, at: dt.datetime) -> list[int]:
    """Those with signals or drafts to judge, each once, in the order of their signals."""
    waiting = Signal.objects.unjudged(), Postponed.objects.due().order_by("pk"), overdue(day=at.date())
    paths = "country", "signal__country", "country"
    found = [rows.values_list(path, flat=True) for rows, path in zip(waiting, paths, strict=True)]
    return list(dict.fromkeys(itertools.chain(*found)))


@transaction.atomic
def _judge(country_id: int, *, at: dt.datetime) -> int:
    """Every signal of a country at once: which of them one alert can tell does not hang on who comes first.

    Those of drafts that end are judged again with them: nobody was warned of it yet.
    """
    standing = _standing(country_id)
    ended = _end_overdue(standing, at=at)
    signals = {signal.pk: signal for signal in _to_judge(country_id, ended)}
    found = [_found(signal, standing) for signal in signals.values()]
    judged = policy.judge_all(found, level_now=standing.shown_level, warned=_warned(standing, at=at), at=at)
    raised: dict[int, int] = {}
    for number, judgement in judged.items():
        if judgement.raises:
            raised[-number] = _raise(signals[number], standing, at=at).pk
        _keep_judgement(signals[number], judgement, raised, at=at)
    return len(signals)


def _end_overdue(standing: Snapshot, *, at: dt.datetime) -> list[int]:
    """Ends the country's drafts that nobody can release any more; the numbers of their signals."""
    rows = overdue(day=at.date()).filter(country=standing.country_id).select_related("signal__evidence")
    ended = []
    for draft in rows.select_for_update(skip_locked=True, of=("self",)):
        if Alert.objects.waiting().filter(pk=draft.pk).exists():  # nobody decided it meanwhile
            _end(draft, why_it_ends(draft, standing, day=at.date()), at=at)
            ended.append(draft.signal_id)
    return ended


def _to_judge(country_id: int, ended: list[int]) -> SignalQuerySet:
    """Signals that no rule looked at, those whose waiting is over, and those of drafts that ended."""
    wanted = Q(verdict=None, postponed=None) | Q(postponed__in=Postponed.objects.due()) | Q(pk__in=ended)
    rows = Signal.objects.filter(wanted, country=country_id).order_by("pk")
    return rows.select_related("country", "evidence__indicator", "verdict", "postponed")


def _keep_judgement(signal: Signal, judgement: policy.Judgement, raised: Mapping[int, int], *, at: dt.datetime) -> None:
    """Its verdict, which is final; none while what would mute it may still come to nothing."""
    if judgement.waits_for is not None:
        _postpone([signal.pk], raised.get(judgement.waits_for, judgement.waits_for), at=at)
        return
    Postponed.objects.filter(signal=signal).delete()
    if getattr(signal, "verdict", None) is None:
        Verdict.objects.create(signal=signal, rule=rules.RULE, reason=judgement.reason, judged_at=at)


def _postpone(signals: Iterable[int], alert_id: int, *, at: dt.datetime) -> None:
    Postponed.objects.bulk_create(
        (Postponed(signal_id=number, alert_id=alert_id, since=at) for number in signals),
        update_conflicts=True,
        unique_fields=["signal"],
        update_fields=["alert", "since"],
    )


def _standing(country_id: int) -> Snapshot:
    """What stands now, and goes on standing until the transaction ends: a run waits before it switches."""
    rows = Standing.objects.in_use().select_for_update(of=("self",)).select_related("snapshot__method")
    return rows.get(country=country_id).snapshot


def _found(signal: Signal, standing: Snapshot) -> policy.Found:
    waited = getattr(signal, "postponed", None)
    event_on = signal.evidence.event_on if signal.kind == Signal.Kind.TRIGGER and signal.evidence else standing.as_of
    return policy.Found(
        number=signal.pk,
        kind=signal.kind,
        from_level=signal.from_level,
        is_historic=signal.is_historic,
        holds=_holds(signal, standing),
        found_with=signal.after_id,
        is_stale=waited is not None and event_on < standing.as_of - dt.timedelta(days=policy.FRESH_DAYS),
        waited_for=waited.alert_id if waited is not None else None,
    )


def _holds(signal: Signal, standing: Snapshot) -> bool:
    """Whether what a signal says is still so; of levels the rule sees that itself."""
    if signal.kind == Signal.Kind.RAPID:
        return bool(standing.is_rapid)
    if signal.kind == Signal.Kind.BLACKOUT:
        return standing.reporting in {"", Reporting.BLACKOUT}
    return signal.kind != Signal.Kind.TRIGGER or (
        signal.evidence is not None and signal.evidence.status == Evidence.Status.ACCEPTED
    )


def _warned(standing: Snapshot, *, at: dt.datetime) -> list[policy.Warned]:
    """What was said of the country in its home; drafts that are over do not count."""
    over = overdue(day=at.date()).filter(country=standing.country_id).values_list("pk", flat=True)
    home = known_home(standing.country_id)
    return warned(situation=home, country_id=standing.country_id, at=at, without=list(over)) if home else []


def _raise(signal: Signal, standing: Snapshot, *, at: dt.datetime) -> Alert:
    """A draft, or an alert that the rule releases itself where the level lets it: about what stands now."""
    level = Level(standing.shown_level)
    profile, piece = public_profile(signal.country, standing), _public_piece(signal)
    reasons = [reason.evidence for reason in profile.reasons if reason.evidence] + ([piece] if piece else [])
    words = wording.words_of(
        profile, opening=saying.opening(signal, profile=profile, standing=standing, public=piece), about=piece,
        can_be_done=can_be_done.in_few_words(wording.leading(profile), country_id=signal.country_id, day=at.date()),
        phrases=_phrases(reasons),
    )  # fmt: skip
    kind = Alert.Kind(policy.ALERT_OF[signal.kind])
    situation = home_situation(country=signal.country, at=at)
    weaker = _end_weaker(signal.country_id, kind, level, at=at)
    said = warned(situation=situation, country_id=signal.country_id, at=at)
    alert = Alert.objects.create(
        kind=kind,
        signal=signal,
        situation=situation,
        supersedes_id=policy.superseded(said, level=level, day=at.date()),
        country=signal.country,
        snapshot=standing,
        level=level,
        previous_level=signal.from_level,
        raised_at=at,
        valid_until=rules.valid_until(level=level, day=at.date()),
        withheld=profile.withheld,
        factors=_factors(kind, profile),
        who_is_at_risk=at_risk.in_few_words(profile.evidence),
        **dataclasses.asdict(words.alert),
        **({} if is_taken_back(situation, signal.country_id, level, at=at) else _release_by_rule(level, at=at)),
    )
    _keep(alert, words.reasons, at=at)
    waiting = Postponed.objects.filter(alert__in=weaker).values_list("signal", flat=True)
    _postpone({*waiting, *(draft.signal_id for draft in weaker)} - {signal.pk}, alert.pk, at=at)
    return alert


def public_profile(country: Country, standing: Snapshot) -> CountryProfile:
    """What an alert may say: it goes to many, and says what is public, and how much is not."""
    return country_profile(
        country, day=standing.as_of, known_on=standing.known_on, is_current=True, method=standing.method,
        user=AnonymousUser(),
    )  # fmt: skip


def _keep(alert: Alert, reasons: tuple[wording.ReasonWords, ...], *, at: dt.datetime) -> None:
    """Its reasons, and that the rule released it, where it did."""
    AlertReason.objects.bulk_create(
        AlertReason(alert=alert, order=order, text=reason.text, grade=reason.grade, evidence=reason.evidence)
        for order, reason in enumerate(reasons, start=1)
    )
    if alert.state == Alert.State.RELEASED:
        done = AlertDecision.Action.RELEASED
        AlertDecision.objects.create(alert=alert, action=done, at=at, reason=alert.decision_reason)


def _factors(kind: str, profile: CountryProfile) -> list[int]:
    return rules.factors_about(
        kind=kind,
        reasons=[reason.factor for reason in profile.reasons_up],
        points={factor.number: factor.points for factor in profile.factors},
    )


def _public_piece(signal: Signal) -> Evidence | None:
    """What the signal is about. An alert goes to many: it names the piece only where everybody may see it."""
    seen = Evidence.objects.visible_to(AnonymousUser()).select_related("indicator", "family", "passage__report__source")
    return seen.filter(pk=signal.evidence_id).first() if signal.evidence_id else None


def _end_weaker(country_id: int, kind: Alert.Kind, level: Level, *, at: dt.datetime) -> list[Alert]:
    """Drafts of the same kind, and those of a lower level: a stronger warning about the country is coming.

    In whatever situation they wait, or a lower warning could go out after a higher one.
    """
    drafts = Alert.objects.waiting().filter(Q(kind=kind) | Q(level__lt=level), country=country_id)
    weaker = list(drafts.filter(kind__in=policy.RAISING).select_for_update(of=("self",)))
    for draft in weaker:
        _end(draft, f"a warning of {in_english(level.label)} took its place", at=at)
    return weaker


def _end(draft: Alert, reason: str, *, at: dt.datetime) -> None:
    """A draft that nobody decided goes out of the publisher's way, and says why."""
    draft.state, draft.decided_at, draft.decision_reason = Alert.State.LAPSED, at, reason
    draft.save(update_fields=["state", "decided_at", "decision_reason"])
    AlertDecision.objects.create(alert=draft, action=AlertDecision.Action.LAPSED, at=at, reason=reason)


def _phrases(evidence: list[Evidence]) -> dict[int, int]:
    """Where in its passage the words stand that a machine pointed at, by the number of the evidence."""
    found = SuggestionDecision.objects.filter(evidence__in=evidence).order_by("pk").select_related("suggestion")
    return {row.evidence_id: row.suggestion.phrase_start for row in found if row.evidence_id is not None}


def _release_by_rule(level: Level, *, at: dt.datetime) -> dict[str, object]:
    if level >= settings.RELEASE_FROM_LEVEL:
        return {}
    above = in_english(Level(settings.RELEASE_FROM_LEVEL).label)
    reason = f"released by rule {rules.RULE}: levels below {above} go without a person"
    practice = {"is_dry_run": True, "matched_at": at} if settings.ALERTS_DRY_RUN else {}
    return {"state": Alert.State.RELEASED, "decided_at": at, "released_at": at, "decision_reason": reason} | practice
