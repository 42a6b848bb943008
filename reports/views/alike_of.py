"""What a report's page says of the reports that carry the same text."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, ngettext

from people.permissions import Action, may
from reports.models import ClusterDecision, ClusterMember, Passage, Report, TextPair
from reports.views.alike_forms import JoinForm, SplitForm
from reports.views.seen import reports_seen_by

Kind = ClusterMember.Kind
PASSAGES_MAX = 60  # of each report beside the other: about ten pages
DECISIONS_SHOWN = 10
_WORDS = (
    (0.95, gettext_lazy("almost all")),
    (0.8, gettext_lazy("most")),
    (0.6, gettext_lazy("more than half")),
    (0.4, gettext_lazy("about half")),
    (0.15, gettext_lazy("a part")),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One of two reports: how much of it stands in the other, and which passages."""

    report: Report
    share: float
    passages: list[tuple[Passage, bool]]

    @property
    def in_words(self) -> str:
        """Such as "most (88 %)"."""
        return share_in_words(self.share)


@dataclasses.dataclass(frozen=True, slots=True)
class Mate:
    """A report that is one text with the one shown, or of which some passages are."""

    report: Report
    what: str
    pair: TextPair | None


def share_in_words(share: float) -> str:
    """How much of a text, in words and percent."""
    word = next((word for least, word in _WORDS if share >= least), "little")
    return f"{word} ({share:.0%})".replace("%", "\N{NO-BREAK SPACE}%")


def has_pairs() -> Exists:
    """Whether a report was found alike to any other."""
    return Exists(TextPair.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk"))))


def alike(request: HttpRequest, shown: Report, *, known_on: dt.date) -> dict[str, Any]:
    """Who carries the same text, what may be an update, what was decided: as far as the reader may see.

    `shown` is annotated with `has_pairs`: without any pair there is nothing to ask for, else five queries. What waits
    and who decided is for staff.
    """
    is_staff = may(request.user, Action.ENTER_EVIDENCE) and shown.__dict__["is_alike"]
    pairs: dict[int, TextPair] = {}
    held: list[ClusterMember] = []
    if shown.__dict__["is_alike"]:  # who belongs to a cluster was compared with somebody in it
        pairs = {_other(pair, shown.pk): pair for pair in TextPair.objects.of(shown.pk)}
        held = list(ClusterMember.objects.holding().filter(report=shown.pk))
    members = _members({row.cluster_id for row in held})
    asked = {pk: pair for pk, pair in pairs.items() if pair.state == TextPair.State.WAITING} if is_staff else {}
    seen = _seen({row.report_id for row in members} | asked.keys(), request, known_on=known_on)
    own = {row.cluster_id: row for row in held}
    mates = [
        Mate(seen[row.report_id], _what(row, own[row.cluster_id]), pairs.get(row.report_id))
        for row in members
        if row.report_id in seen and row.report_id != shown.pk
    ]
    mates.sort(key=lambda mate: (mate.report.published_on, mate.report.pk))
    may_decide = may(request.user, Action.DECIDE_EVIDENCE)
    return {
        "mates": mates,
        "first": _first(members, held, seen, shown),
        "asked": [(seen[pk], pair, _shares(pair, shown.pk)) for pk, pair in asked.items() if pk in seen],
        "decisions": _decisions(shown) if is_staff else [],
        "splits": _splits(held) if may_decide and mates else [],
        "join_form": JoinForm(auto_id="join-%s")
        if may_decide and shown.kind in (Report.Kind.DOCUMENT, Report.Kind.ENTRY)
        else None,
    }


def _splits(held: Collection[ClusterMember]) -> list[SplitForm]:
    return [SplitForm(initial={"cluster": row.cluster_id}, auto_id=f"split-{row.pk}-%s") for row in held]


def latest_decision(first: int, second: int) -> ClusterDecision | None:
    """What was said last of two reports and stands."""
    rows = ClusterDecision.objects.filter(report=second, other=first, undone_by=None)
    return rows.exclude(action=ClusterDecision.Action.UNDO).select_related("by").order_by("-pk").first()


def _other(pair: TextPair, report_id: int) -> int:
    return pair.second_id if pair.first_id == report_id else pair.first_id


def _shares(pair: TextPair, report_id: int) -> tuple[str, str]:
    """How much of this report stands in the other, and of the other in this one."""
    shares = share_in_words(pair.of_first), share_in_words(pair.of_second)
    return shares if pair.first_id == report_id else shares[::-1]


def _members(clusters: Collection[int]) -> list[ClusterMember]:
    return list(ClusterMember.objects.holding().filter(cluster__in=clusters)) if clusters else []


def _seen(numbers: Collection[int], request: HttpRequest, *, known_on: dt.date) -> dict[int, Report]:
    if not numbers:
        return {}
    rows = reports_seen_by(request.user, known_on=known_on).filter(pk__in=numbers)
    return {row.pk: row for row in rows.select_related("source__family").defer("bytes", "text")}


def _what(mate: ClusterMember, own: ClusterMember) -> str:
    """What the other report is to the one shown."""
    if own.kind == Kind.PART:
        count = len(own.passages)
        said = ngettext(
            "%(count)s passage of this report stands in it", "%(count)s passages of this report stand in it", count
        )
        return said % {"count": count}
    if mate.kind == Kind.PART:
        count = len(mate.passages)
        said = ngettext(
            "holds %(count)s passage of this report among others",
            "holds %(count)s passages of this report among others",
            count,
        )
        return said % {"count": count}
    return (
        gettext("another version of the same document")
        if Kind.UPDATE in (mate.kind, own.kind)
        else gettext("the same text")
    )


def _first(
    members: Collection[ClusterMember], held: Collection[ClusterMember], seen: dict[int, Report], shown: Report
) -> Report | None:
    """The report as whose body this one counts; None where it is its own, or may not be told."""
    whole = {row.cluster_id for row in held if row.kind != Kind.PART}
    rows = [row for row in members if row.cluster_id in whole and row.kind != Kind.PART]
    found = [(row.sensitivity, seen[row.report_id]) for row in rows if row.report_id in seen]
    if not found:
        return None
    _, first = min(found, key=lambda pair: (pair[0], pair[1].published_on, pair[1].pk))
    return first if first.source.family_id != shown.source.family_id else None


def _decisions(shown: Report) -> list[ClusterDecision]:
    rows = ClusterDecision.objects.filter(Q(report=shown) | Q(other=shown))
    return list(rows.select_related("by", "undone_by").order_by("-pk")[:DECISIONS_SHOWN])
