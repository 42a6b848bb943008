"""What a request asks for: the moment, and how much of the undecided its reader sees."""

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from indicators.models import Evidence, EvidenceQuerySet
from people.permissions import Action, may
from r2p_dashboard import clock
from r2p_dashboard.clock import AsOf

SHOWN_WITH = (
    "indicator__factor",
    "country",
    "family",
    "passage__report__source",
    "coder",
    "decided_by",
    "retracted_by",
)


def moment_of(request: HttpRequest) -> AsOf:
    """The view's dates. A wrong one is answered 400, with what was wanted."""
    try:
        return clock.as_of(request)
    except clock.AsOfError as error:
        raise BadRequest(str(error)) from error


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """Answers 400 to a parameter that the page does not take, rather than show something else as if it were meant."""
    for name in request.GET:
        if name not in known:
            raise BadRequest(
                _("%(found)s is no parameter here; wanted %(known)s")
                % {"found": repr(name[:40]), "known": " or ".join(known)}
            )


def is_staff(request: HttpRequest) -> bool:
    """Whether undecided and rejected evidence is shown to this reader, and people by name."""
    return may(request.user, Action.ENTER_EVIDENCE)


def seen_by(request: HttpRequest) -> EvidenceQuerySet:
    """Evidence that this reader may see at all; what nobody has accepted only for staff."""
    evidence = Evidence.objects.visible_to(request.user)
    return evidence if is_staff(request) else evidence.ever_accepted()


def for_display(evidence: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """With everything a page says of it, and without the bytes and the whole text of its report."""
    return evidence.select_related(*SHOWN_WITH).defer("passage__report__bytes", "passage__report__text")


def standing_at(evidence: Evidence, moment: AsOf) -> str:
    """Whether a score at `moment` rests on it: `counts`, or why not."""
    if evidence.status in {Evidence.Status.PROPOSED, Evidence.Status.REJECTED}:
        return evidence.status
    if evidence.known_at.date() > moment.known_on:
        return "unknown"
    if evidence.retracted_at is not None and evidence.retracted_at.date() <= moment.known_on:
        return "retracted"
    return "future" if evidence.event_on > moment.day else "counts"
