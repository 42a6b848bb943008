"""The outbox: who was sent what, what the mail server answered, and trying again."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from alerts import delivery as sending
from alerts.delivery import DeliveryError
from alerts.messages import RELATED
from alerts.models import Alert, Delivery
from alerts.subscribing import LEAST_LEVELS
from alerts.views.stored_mail import ShownMail, UnreadableMailError, shown
from countries.models import Country
from indicators.forms import Pick, offer
from indicators.models.score import Level
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline

PAGE_SIZE = 50
MISSED_SHOWN = 5
SENT_WITHIN = dt.timedelta(minutes=10)  # what was put in just now is on its way, and no cause for alarm
NUMBER_MAX = 2**63 - 1  # of a row
State = Delivery.State
OPEN = (State.WAITING, State.DEFERRED)
RETRYABLE = (State.REFUSED, State.GIVEN_UP, State.BOUNCED)
UNSENT_TEXTS = ("what_changed", "how_sure", "not_known", "can_be_done")
MAIL_POLICY = {
    "default-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": ["data:"], "base-uri": [NONE],
    "form-action": [NONE], "frame-ancestors": [SELF], "sandbox": True,
}  # fmt: skip


class OutboxFilter(forms.Form):
    """Which deliveries the outbox shows; every state of it stands in the address."""

    state = Pick(State.choices, empty="any state", required=False)
    level = Pick([(str(one.value), one.label) for one in LEAST_LEVELS], empty="any level", required=False)
    country = Pick(empty="every country", required=False)
    person = forms.CharField(
        required=False, max_length=120, label="Name or address", widget=forms.TextInput(attrs={"type": "search"})
    )
    alert = forms.IntegerField(required=False, min_value=1, max_value=NUMBER_MAX, label="Alert number")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        warned = Country.objects.filter(alerts__isnull=False).order_by("name_sort")
        offer(self, "country", list(warned.values_list("iso3", "name_en").distinct()))


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    delivery: Delivery
    level: Level
    is_open: bool
    may_retry: bool
    is_ticked: bool


@dataclasses.dataclass(frozen=True, slots=True)
class StateLink:
    """How many are in a state, and the address that shows them."""

    label: str
    count: int
    href: str
    is_chosen: bool
    is_bad: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Missed:
    """A grave alert that has not reached everybody, and how many mails are where."""

    alert: int
    level: Level
    title: str
    href: str
    said: str


@never_cache
@require_safe
@requires(Action.WATCH_OUTBOX)
def outbox(request: HttpRequest) -> HttpResponse:
    """Every delivery, latest first. A page that asks again by itself gets a new piece only when there is news."""
    seen, ticked = _taken_out_of_address(request)
    form, at = OutboxFilter(request.GET), clock.now()
    by_others, chosen = _found(form)
    counts = dict(by_others.order_by().values_list("state").annotate(Count("pk")))
    page = Paginator(_listed(chosen), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(one, ticked) for one in page.object_list]
    missed = _missed(at)
    is_piece, now_seen = bool(getattr(request, "htmx", False)), _mark(rows, counts, missed, at)
    if is_piece and seen == now_seen:
        return HttpResponse(status=204)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "links": _state_links(request.GET, counts, form),
        "missed": missed[:MISSED_SHOWN],
        "missed_more": max(len(missed) - MISSED_SHOWN, 0),
        "is_live": any(row.is_open for row in rows),
        "may_retry_some": any(row.may_retry for row in rows),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "again": _address({**request.GET.dict(), "seen": now_seen}),
        "query": request.GET.urlencode(),
        "now": at,
        "is_piece": is_piece,
    }
    name = "alerts/outbox_rows.html" if is_piece else "alerts/outbox.html"
    return render(request, name, context, status=200 if form.is_valid() else 400)


def _taken_out_of_address(request: HttpRequest) -> tuple[str, set[str]]:
    """What only a page that asks again says: the state that it shows, and its ticked boxes.

    The links of the answer are made from the rest.
    """
    query = request.GET.copy()
    seen, ticked = query.get("seen", ""), set(query.getlist("delivery"))
    query.pop("seen", None)
    query.pop("delivery", None)
    request.GET = query  # type: ignore[assignment]  # a copy that can be changed is as good
    return seen, ticked


def _found(form: OutboxFilter) -> tuple[QuerySet[Delivery], QuerySet[Delivery]]:
    """Those that match everything but the state, and those that match the state too."""
    if not form.is_valid():
        return Delivery.objects.none(), Delivery.objects.none()
    asked, found = form.cleaned_data, Delivery.objects.all()
    if asked["level"]:
        found = found.filter(alert__level=int(asked["level"]))
    if asked["country"]:
        found = found.filter(alert__country__iso3=asked["country"])
    if asked["alert"]:
        found = found.filter(alert=asked["alert"])
    if asked["person"]:
        found = found.filter(Q(person__name__icontains=asked["person"]) | Q(person__email__icontains=asked["person"]))
    return found, found.filter(state=asked["state"]) if asked["state"] else found


def _listed(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Latest first, without the mails themselves."""
    unread = ("message", *(f"alert__{name}" for name in UNSENT_TEXTS))
    return found.select_related("alert__country", "person").defer(*unread).order_by("-pk")


def _row(delivery: Delivery, ticked: set[str]) -> Row:
    return Row(
        delivery=delivery,
        level=Level(delivery.alert.level),
        is_open=delivery.state in OPEN,
        may_retry=delivery.state in RETRYABLE,
        is_ticked=str(delivery.pk) in ticked,
    )


def _missed(at: dt.datetime) -> list[Missed]:
    """HIGH and SEVERE alerts that have not reached everybody, whatever the filters say: the gravest first."""
    return sorted([*_stuck(at), *_unheard(at)], key=lambda one: (one.level, one.alert), reverse=True)


def _stuck(at: dt.datetime) -> list[Missed]:
    """Those with mails that were refused or given up, or wait for longer than a mail takes."""
    on_its_way = Q(state=State.WAITING, attempts=0, next_try_at__gt=at - SENT_WITHIN)
    grave = Delivery.objects.filter(alert__level__gte=Level.HIGH, state__in=[*OPEN, *RETRYABLE]).exclude(on_its_way)
    counted = grave.order_by().values("alert", "alert__level", "alert__country__name_en", "alert__headline").annotate(
        still_open=Count("pk", filter=Q(state__in=OPEN)),
        refused=Count("pk", filter=Q(state=State.REFUSED)),
        given_up=Count("pk", filter=Q(state=State.GIVEN_UP)),
        bounced=Count("pk", filter=Q(state=State.BOUNCED)),
    )  # fmt: skip
    return [
        Missed(
            alert=row["alert"],
            level=Level(row["alert__level"]),
            title=f"{row['alert__country__name_en']}: {row['alert__headline']}",
            href=_address({"alert": row["alert"]}),
            said=_said(
                (row["still_open"], "not sent yet"),
                (row["refused"], "refused"),
                (row["given_up"], "given up"),
                (row["bounced"], "came back"),
            ),
        )
        for row in counted
    ]


def _said(*counts: tuple[int, str]) -> str:
    return ", ".join(f"{count} {words}" for count, words in counts if count)


def _unheard(at: dt.datetime) -> list[Missed]:
    """Those still valid that no mail was made of: nobody asked for them, or nobody looked for who did."""
    grave = Alert.objects.released().filter(
        corrects=None, withdrawn_at=None, level__gte=Level.HIGH, valid_until__gte=at.date(), deliveries=None
    )
    rows = grave.filter(released_at__lte=at - SENT_WITHIN).select_related("country")
    return [
        Missed(
            alert=alert.pk,
            level=Level(alert.level),
            title=f"{alert.country.name_en}: {alert.headline}",
            href=alert.get_absolute_url(),
            said="no mail: nobody's rule asked for it" if alert.matched_at else "no mail: not matched with rules yet",
        )
        for alert in rows
    ]


def _mark(rows: Iterable[Row], counts: dict[str, int], missed: Sequence[object], at: dt.datetime) -> str:
    """A word for what the page shows: as long as it stays, a page that shows it is up to date.

    It names the minute, since the page says in how many minutes a mail is tried again.
    """
    shown = [(row.delivery.pk, row.delivery.state, row.delivery.attempts, row.delivery.next_try_at) for row in rows]
    said = repr((shown, sorted(counts.items()), missed, at.strftime("%H:%M")))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _state_links(query: QueryDict, counts: dict[str, int], form: OutboxFilter) -> list[StateLink]:
    """One for all and one for each state, with the other filters kept."""
    chosen = form.cleaned_data.get("state", "") if form.is_valid() else ""
    others = {name: value for name, value in query.dict().items() if value and name not in {"state", "page"}}
    links = [StateLink("all", sum(counts.values()), _address(others), not chosen, is_bad=False)]
    for value, label in State.choices:
        count, href = counts.get(value, 0), _address({**others, "state": value})
        words = label.partition(":")[0]
        links.append(StateLink(words, count, href, chosen == value, is_bad=value in RETRYABLE and count > 0))
    return links


def _address(query: dict[str, Any]) -> str:
    made = QueryDict(mutable=True)
    made.update(query)
    return f"{reverse('outbox')}?{made.urlencode()}" if query else reverse("outbox")


# --- trying again --------------------------------------------------------------------------------------------
@require_POST
@requires(Action.WATCH_OUTBOX)
def delivery_retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Puts one mail back; the page that asked is shown again."""
    get_object_or_404(Delivery.objects.only("pk"), pk=delivery_id)
    _put_back(request, [delivery_id])
    return _back_to_list(request) if "query" in request.POST else redirect("delivery", delivery_id)


@require_POST
@requires(Action.WATCH_OUTBOX)
def outbox_retry(request: HttpRequest) -> HttpResponse:
    """Puts back every mail that was ticked."""
    numbers = [
        int(one) for one in request.POST.getlist("delivery") if one.isascii() and one.isdigit() and len(one) < 19
    ]
    if numbers:
        _put_back(request, numbers[:PAGE_SIZE])
    else:
        messages.error(request, "Nothing was put back: no mail was selected.")
    return _back_to_list(request)


def _put_back(request: HttpRequest, numbers: Sequence[int]) -> None:
    """Says of each whether it was, and rings once."""
    assert isinstance(request.user, User)  # `requires` let nobody else in
    done = 0
    for number in dict.fromkeys(numbers):
        try:
            sending.retry(delivery_id=number, by=request.user, at=clock.now())
            done += 1
        except DeliveryError as error:
            messages.error(request, f"Not put back: {error}.")
    if done:
        transaction.on_commit(pipeline.ring_warnings)
        said = "Put back. It is tried again now" if done == 1 else f"{done} mails put back. They are tried again now"
        messages.success(request, f"{said}; what the mail server answers stands here.")


def _back_to_list(request: HttpRequest) -> HttpResponse:
    """To the list, with the filters that were in use."""
    return redirect(_address(QueryDict(request.POST.get("query", "")).dict()))


# --- one mail ------------------------------------------------------------------------------------------------
@never_cache
@require_safe
@requires(Action.WATCH_OUTBOX)
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # it names views without arguments only
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """The mail as it would be read, and every try to send it."""
    found = _delivery(delivery_id)
    mail, trouble = _mail(found)
    context = {
        "delivery": found,
        "row": _row(found, set()),
        "mail": mail,
        "trouble": trouble,
        "tries": found.tries.select_related("by").order_by("at", "pk"),
        "now": clock.now(),
    }
    return render(request, "alerts/delivery.html", context)


@never_cache
@require_safe
@requires(Action.WATCH_OUTBOX)
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # the same
def delivery_html(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """The HTML part alone, for the frame of the delivery's page."""
    mail, trouble = _mail(_delivery(delivery_id))
    if mail is None or not mail.page:
        raise Http404(f"mail: {trouble or 'found no HTML part'}")
    return HttpResponse(mail.page, headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"})


def _delivery(delivery_id: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related(*RELATED), pk=delivery_id)


def _mail(found: Delivery) -> tuple[ShownMail | None, str]:
    """The mail, or why there is none to show."""
    try:
        return shown(found), ""
    except UnreadableMailError as error:
        return None, str(error)
