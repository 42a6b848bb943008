"""Entering evidence by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countries.models import Country
from indicators.entering import Entry, EntryError, NewSource, enter, of_passage, on_record
from indicators.events import event_now
from indicators.forms import NEW, EntryForm
from indicators.models import Evidence, Indicator
from indicators.views.asked import moment_of
from indicators.views.help_beside import Typed, beside, is_warned_of
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock
from reports.models import Family, Passage, Report, Source

KEPT = (  # what "enter another from the same passage" carries over
    "country",
    "source",
    "family",
    "url",
    "published_on",
    "locator",
    "text",
    "reliability",
    "credibility",
    "actor",
    "claim",
    "group",
    "admin1",
    "sensitivity",
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.ENTER_EVIDENCE)
def evidence_new(request: HttpRequest) -> HttpResponse:
    coder = _person(request)
    liked = _liked(request)
    passage = _passage(request, liked)
    if request.method != "POST":
        form = EntryForm(user=coder, passage=passage, initial=_initial(request, liked))
        return _page(request, form, passage, Typed.of(form.initial))
    typed = Typed.of(request.POST)
    if "explain" in request.POST:  # keeps what was typed, checks nothing, says what the chosen indicator means
        form = EntryForm(user=coder, passage=passage, initial=dict(request.POST.items()))
        return _page(request, form, passage, typed)
    form = EntryForm(request.POST, user=coder, passage=passage)
    if form.is_valid():
        twin = on_record(entry_of(form.cleaned_data, passage), user=coder)
        if twin is not None or is_warned_of(form, typed, user=coder):
            return _page(request, form, passage, typed, status=409, on_record=twin, is_held=True)
        evidence = _enter(coder, form, passage)
        if evidence is not None:
            messages.success(
                request,
                _("Saved as proposed evidence %(pk)s. It moves no score until another person accepts it.")
                % {"pk": evidence.pk},
            )
            return redirect("evidence_detail", evidence.pk)
    return _page(request, form, passage, typed, status=400)


def _page(
    request: HttpRequest, form: EntryForm, passage: Passage | None, typed: Typed, *, status: int = 200, **told: object
) -> HttpResponse:
    moment = moment_of(request)
    context = {"form": form, "passage": passage, "keys": event_keys(request, form), **told}
    context |= beside(typed, user=_person(request), known_on=moment.known_on)
    return render(request, "indicators/evidence_new.html", context, status=status)


@require_safe
@requires(Action.ENTER_EVIDENCE)
def indicator_help(request: HttpRequest) -> HttpResponse:
    """The same help as a piece of the page, for when a country, an indicator or a day is chosen live."""
    corrected = _number(request.GET.get("corrected", ""))
    told = beside(
        Typed.of(request.GET), user=_person(request), known_on=moment_of(request).known_on, corrected=corrected
    )
    return render(request, "indicators/_beside.html", told)


def _initial(request: HttpRequest, liked: Evidence | None) -> dict[str, Any]:
    """What the address asks for: `?country=MMR&indicator=7.14`, or `?like=12` for another from the same passage."""
    asked = {name: request.GET[name] for name in ("country", "indicator", "source") if request.GET.get(name)}
    return (_kept(liked) if liked else {}) | asked


def _liked(request: HttpRequest) -> Evidence | None:
    like = _number(request.GET.get("like", ""))
    if like is None:
        return None
    seen = Evidence.objects.visible_to(request.user).select_related("passage__report__source", "country", "family")
    return seen.defer("passage__report__bytes", "passage__report__text").filter(pk=like).first()


def _passage(request: HttpRequest, liked: Evidence | None) -> Passage | None:
    """The passage of a report taken in on which the evidence is to hang; None where one is typed."""
    asked = request.POST.get("passage") or request.GET.get("passage")
    if not asked:
        is_of_a_document = liked is not None and liked.passage.report.kind == Report.Kind.DOCUMENT
        return liked.passage if liked is not None and is_of_a_document else None
    seen = Passage.objects.filter(report__in=Report.objects.visible_to(request.user)).select_related("report__source")
    found = seen.defer("report__bytes", "report__text").filter(pk=_number(asked) or 0).first()
    if found is None:
        raise Http404(_("passage: found none under this number that you may see"))
    return found


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None


def _kept(evidence: Evidence) -> dict[str, Any]:
    report = evidence.passage.report
    values = {
        "country": evidence.country.iso3,
        "source": report.source.slug,
        "family": "" if evidence.family_id == report.source.family_id else evidence.family.slug,
        "url": report.url,
        "published_on": report.published_on,
        "locator": evidence.passage.locator,
        "text": evidence.passage.text,
    }
    return {name: values.get(name, getattr(evidence, name, "")) for name in KEPT}


def event_keys(request: HttpRequest, form: EntryForm) -> list[str]:
    """Names of events of the chosen country that this person may see, to choose from."""
    iso3 = str(form["country"].value() or "")
    if not iso3 or "\x00" in iso3:
        return []
    seen = Evidence.objects.visible_to(request.user).filter(country__iso3=iso3).annotate(event=event_now())
    return list(seen.exclude(event="").order_by("event").values_list("event", flat=True).distinct()[:200])


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `requires` let nobody else in
    return request.user


def _enter(coder: User, form: EntryForm, passage: Passage | None) -> Evidence | None:
    """The saved row; None where it was refused, with the reason on the form."""
    try:
        return enter(
            entry=entry_of(form.cleaned_data, passage),
            coder=coder,
            at=clock.now(),
            installation_day=clock.installation_day(),
        )
    except EntryError as error:
        tell(form, error)
        return None


def tell(form: EntryForm, error: EntryError) -> None:
    """Says on the form why what was typed cannot stand."""
    said = str(error)
    form.add_error(error.field if error.field in form.fields else None, f"{said[:1].upper()}{said[1:]}.")


def entry_of(data: dict[str, Any], passage: Passage | None) -> Entry:
    """What was typed, with the rows that it names."""
    same = ("event_on", "reliability", "event_key", "admin1", "actor", "claim", "group", "note")
    typed = ("text", "published_on", "url", "locator")
    family = data["family"]
    return Entry(
        country=Country.objects.get(iso3=data["country"]),
        indicator=Indicator.objects.in_use().get(code=data["indicator"]),
        family=Family.objects.get(slug=family) if family and family != NEW else None,
        new_family=data["new_family"] if family == NEW else "",
        severity=int(data["severity"]),
        polarity=int(data["polarity"]),
        credibility=int(data["credibility"]),
        sensitivity=int(data["sensitivity"]),
        **{name: data[name] for name in same},
        **(of_passage(passage) if passage else {"source": _source(data)} | {name: data[name] for name in typed}),
    )


def _source(data: dict[str, Any]) -> Source | NewSource:
    if data["source"] != NEW:
        return Source.objects.get(slug=data["source"])
    return NewSource(
        name=data["new_source"],
        reliability=data["new_source_reliability"],
        licence=data["new_source_licence"],
        url=data["new_source_url"],
    )
