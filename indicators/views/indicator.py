"""One indicator of the Framework: what it says, what counts as evidence, and where there is some."""

import dataclasses
import re
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from countries.views.fragments import kept
from indicators.guidance import guidance_of
from indicators.models import Evidence, Factor, Indicator
from indicators.views.asked import moment_of
from indicators.views.natures import NATURES
from indicators.views.sign_marker import marked_indicator
from indicators.views.where import where
from people.permissions import Action, clearance_of, may
from r2p_dashboard.clock import AsOf

NOT_FOUND = gettext_lazy("indicator: found no such code; wanted one of the framework in use, such as 7.14")
SIGN = re.compile(r"[0-9.]{1,20}")


@dataclasses.dataclass(frozen=True, slots=True)
class Around:
    """The indicators beside one in its factor, and those that its guidance names as look-alikes."""

    before: Indicator | None
    after: Indicator | None
    alike: tuple[Indicator, ...]


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """`/indicators/7.14/`, at the moment asked for; what the reader may not see is not counted."""
    moment = moment_of(request)
    if not SIGN.fullmatch(code):  # the database refuses to be asked for a NUL
        raise Http404(str(NOT_FOUND))
    reader = (clearance_of(request.user), may(request.user, Action.ENTER_EVIDENCE))
    content = (marked_indicator(code), moment, reader, code)
    title, body = kept("indicator", lambda: _made(request, code, moment), content=content)
    return render(request, "indicators/indicator.html", {"as_of": moment, "title": title, "body": body})


def _made(request: HttpRequest, code: str, moment: AsOf) -> tuple[str, str]:
    """Title and rendered body (safe text). Raises Http404."""
    catalogue = list(Indicator.objects.in_use().select_related("factor", "framework"))
    found = next((one for one in catalogue if one.code == code), None)
    if found is None:
        raise Http404(str(NOT_FOUND))
    seen = Evidence.objects.visible_to(request.user).known(day=moment.day, known_on=moment.known_on)
    title = f"{code} {found.label}"
    context = {
        "as_of": moment,
        "indicator": found,
        "guidance": guidance_of(found.code),
        "nature": NATURES[Indicator.Nature(found.nature)],
        "needs_conflict": found.factor.scope == Factor.Scope.WAR_CRIMES,
        "around": _around(found, catalogue),
        "where": where(request, moment, seen.filter(indicator__code=code), codes=[code], subject=title),
    }
    return title, render_to_string("indicators/_indicator_body.html", context, request=request)


def _around(found: Indicator, catalogue: Sequence[Indicator]) -> Around:
    own = [one for one in catalogue if one.factor_id == found.factor_id]
    place = own.index(found)
    guidance = guidance_of(found.code)
    named = guidance.named if guidance else ()
    return Around(
        before=own[place - 1] if place else None,
        after=own[place + 1] if place + 1 < len(own) else None,
        alike=tuple(one for one in catalogue if one.code in named),
    )
