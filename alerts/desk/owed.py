"""The stage that drafts a correction of each alert whose reasons were retracted since, for a publisher to release."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import CharField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from alerts.corrections.owing import NOTICE
from alerts.desk.drafts import Words, log
from alerts.desk.sent import make, named
from alerts.desk.told import untold
from alerts.models import Alert, AlertDecision
from alerts.raising import at_risk, lapsing, wording
from alerts.raising.raising import public_profile
from alerts.situations import can_be_done
from indicators.models import Evidence, Standing
from indicators.models.score import Level
from people.english import in_english
from people.models import StaffNotice
from people.notices import raise_notice

NAMED = 3  # pieces that the words name; the others are counted
REMIND_AFTER = dt.timedelta(days=1)  # so long a correction may wait until publishers hear of it again
_REASON_WORDS = 12  # of why a piece was retracted
_EDITED = AlertDecision.Action.EDITED


def waiting(*, day: dt.date) -> Any:
    """Duties for which no draft says it yet: of pieces among the reasons, or where the level fell below the alert's.

    Where the piece only counted in the score and the level still stands, a publisher decides first.
    """
    standing = Standing.objects.in_use().filter(country=OuterRef("delivery__alert__country"))
    fell = Exists(standing.filter(snapshot__shown_level__lt=OuterRef("delivery__alert__level")))
    gathered = AlertDecision.objects.filter(
        alert__corrects=OuterRef("about"), alert__state=Alert.State.DRAFT, by=None, action=_EDITED,
        at__gte=OuterRef("found_at"),
    )  # fmt: skip
    needs = Q(is_reason=True) | Q(delivery__alert__valid_until__gte=day) & fell
    return untold().filter(needs, ~Exists(gathered))


def draft_waiting(*, at: dt.datetime) -> int:
    """One draft an alert, which gathers further pieces until it is decided; how many were written.

    Safe to run twice.
    """
    alerts = waiting(day=at.date()).order_by("about").values_list("about", flat=True).distinct()
    return sum(_draft(number, at=at) for number in alerts)


def unheard(*, at: dt.datetime) -> Any:
    """Drafts of corrections of which publishers heard nothing for a day, each with `since` when they were to hear."""
    subject = Concat(Value("alert "), Cast(OuterRef("corrects"), CharField()))
    heard = StaffNotice.objects.filter(kind=NOTICE, subject=subject).order_by("-last_raised_at")
    last = Coalesce(Subquery(heard.values("last_raised_at")[:1]), F("raised_at"), output_field=DateTimeField())
    drafts = Alert.objects.waiting().filter(kind=Alert.Kind.CORRECTION)
    return drafts.annotate(since=ExpressionWrapper(last + REMIND_AFTER, DateTimeField())).filter(since__lte=at)


def remind_waiting(*, at: dt.datetime) -> int:
    """A notice to staff about each, once a day while it waits; how many. Safe to run twice."""
    drafts = list(unheard(at=at))
    for draft in drafts:
        raise_notice(
            kind=NOTICE, subject=f"alert {draft.corrects_id}",
            words=f"Alert {draft.pk}, which corrects alert {draft.corrects_id}, waits since {draft.raised_at.date()}. "
            "Whoever got that one does not know yet that evidence behind it was retracted. Wanted: a decision. Release "
            "or refuse it at the release desk (/alerts/desk/): this notice is closed by that.",
            at=at,
        )  # fmt: skip
    return len(drafts)


@transaction.atomic
def _draft(alert_id: int, *, at: dt.datetime) -> int:
    alert = Alert.objects.select_for_update(of=("self",)).select_related("country").get(pk=alert_id)
    pieces = set(untold().filter(about=alert_id).values_list("evidence", flat=True))
    draft = Alert.objects.waiting().filter(corrects=alert).select_for_update(of=("self",)).first()
    if draft is None and pieces:
        made = make(alert, Alert.Kind.CORRECTION, _words(alert, pieces, day=at.date()), at=at)
        reason = "drafted because evidence was retracted"
        log(made, _EDITED, by=None, reason=reason, at=at, before={"evidence": sorted(pieces)})
        return 1
    return _gather(draft, alert, pieces, at=at) if draft is not None else 0


def _gather(draft: Alert, alert: Alert, pieces: set[int], *, at: dt.datetime) -> int:
    """Says the further pieces too; words that a person chose stay, and the further ones are said after them."""
    edits = list(AlertDecision.objects.filter(alert=draft, action=_EDITED).values_list("by", "before"))
    new = pieces.difference(*(before.get("evidence", []) for _, before in edits))
    if not new:
        return 0
    was = Words.of(draft)
    if any(by is not None for by, _ in edits):
        words = dataclasses.replace(was, what_changed=f"{was.what_changed} Since then: {_retracted(new)}")
    else:
        words = _words(alert, pieces, day=at.date())
    for name in (changed := [name for name in was.as_kept() if getattr(words, name) != getattr(was, name)]):
        setattr(draft, name, getattr(words, name))
    draft.save(update_fields=changed)
    before = {name: was.as_kept()[name] for name in changed} | {"evidence": sorted(new)}
    log(draft, _EDITED, by=None, reason="further evidence was retracted", at=at, before=before)
    return 1


def _words(alert: Alert, pieces: Collection[int], *, day: dt.date) -> Words:
    """What everybody may know: hidden pieces are counted, and said in no other way."""
    standing = Standing.objects.in_use().filter(country=alert.country_id).select_related("snapshot__method").first()
    words, now = Words.of(alert), ""
    if standing is not None:
        level = Level(standing.snapshot.shown_level)
        profile = public_profile(alert.country, standing.snapshot)
        options = can_be_done.in_few_words(wording.leading(profile), country_id=alert.country_id, day=day)
        words = dataclasses.replace(
            words, how_sure=wording.how_sure(profile), not_known=wording.not_known(profile), can_be_done=options,
            who_is_at_risk=at_risk.in_few_words(profile.evidence),
        )  # fmt: skip
        now = f" {alert.country.name_en} stands at {in_english(level.label)} as of {standing.snapshot.as_of:%Y-%m-%d}."
    return dataclasses.replace(
        words,
        headline="Evidence behind this alert was retracted",
        what_changed=f"Corrects {named(alert)}, which warned of {in_english(Level(alert.level).label)}. "
        f"{_retracted(pieces)}{now}",
        valid_until=lapsing.goes_until(alert, day=day),
    )


def _retracted(pieces: Collection[int]) -> str:
    seen = Evidence.objects.visible_to(AnonymousUser()).ever_accepted().filter(pk__in=pieces)
    public = list(seen.select_related("indicator").order_by("pk"))
    said = [_piece(row) for row in public[:NAMED]]
    if more := len(public) - len(said):
        said.append(f"{more} more")
    if hidden := len(pieces) - len(public):
        said.append(f"{hidden} that {'is' if hidden == 1 else 'are'} not public")
    return f"It rested on evidence that was retracted since: {'; '.join(said)}."


def _piece(row: Evidence) -> str:
    why = wording.cut(row.retraction_reason, _REASON_WORDS).rstrip(".")
    return f"{row.indicator.label} ({row.event_on:%Y-%m-%d}), because: {why}"
