"""The outbox: who was sent what, and what the mail server answered."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from alerts.answers.unanswered import unanswered
from alerts.messages import RELATED
from alerts.models import Confirmation, ConfirmationQuerySet, Delivery, Duty
from alerts.outbox.undelivered import OPEN, RETRYABLE, StuckPosts, Undelivered, pauses, undelivered
from alerts.views.outbox_filter import OutboxFilter, address
from alerts.views.stored_mail import ShownMail, UnreadableMailError, shown
from indicators.models.score import Level
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock

PAGE_SIZE = 50
MISSED_SHOWN = 5
State = Delivery.State
UNSENT_TEXTS = ("what_changed", "how_sure", "not_known", "can_be_done")
MAIL_POLICY = {
    "default-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": ["data:"], "base-uri": [NONE],
    "form-action": [NONE], "frame-ancestors": [SELF], "sandbox": True,
}  # fmt: skip


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
    """A grave alert that has not reached everybody, how many mails and posts are where, and where stuck posts are."""

    alert: int
    level: Level
    title: str
    href: str
    said: str
    posts: tuple[tuple[str, str], ...] = ()  # words and address of each webhook's page


@dataclasses.dataclass(frozen=True, slots=True)
class Silent:
    """An office that has not answered a grave alert, and of which nobody is left to ask."""

    level: Level
    title: str
    office: str
    since: dt.datetime
    href: str


@dataclasses.dataclass(frozen=True, slots=True)
class Unasked:
    """A rule that waits for a yes of which the mail did not arrive, and what became of that mail."""

    rule: int
    name: str
    said: str


@never_cache
@require_safe
@requires(Action.WATCH_OUTBOX)
def outbox(request: HttpRequest) -> HttpResponse:
    """Every delivery, latest first. A page that asks again by itself gets a new piece only when there is news."""
    seen, ticked = _taken_out_ofaddress(request)
    form, at = OutboxFilter(request.GET), clock.now()
    by_others, chosen = form.found()
    counts = dict(by_others.order_by().values_list("state").annotate(Count("pk")))
    page = Paginator(_listed(chosen), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(one, ticked) for one in page.object_list]
    missed, waiting, silent = _missed(at), pauses(at=at), [_silent(duty) for duty in unanswered()]
    unasked = [Unasked(row.subscription_id, row.subscription.person.name, row.said) for row in _unasked()]
    is_piece, now_seen = (
        bool(getattr(request, "htmx", False)),
        _mark(rows, counts, [*missed, *waiting, *silent, *unasked], at),
    )
    if is_piece and seen == now_seen:
        return HttpResponse(status=204)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "links": _state_links(request.GET, counts, form),
        "missed": missed[:MISSED_SHOWN],
        "missed_more": max(len(missed) - MISSED_SHOWN, 0),
        "silent": silent[:MISSED_SHOWN],
        "silent_more": max(len(silent) - MISSED_SHOWN, 0),
        "unasked": unasked[:MISSED_SHOWN],
        "unasked_more": max(len(unasked) - MISSED_SHOWN, 0),
        "is_live": any(row.is_open for row in rows),
        "may_retry_some": any(row.may_retry for row in rows),
        "retryable": sum(counts.get(state, 0) for state in RETRYABLE if form["state"].value() in {"", None, state}),
        "pauses": waiting,
        "most_a_minute": settings.MAIL_MOST_A_MINUTE_TO_A_HOST,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "again": address({**request.GET.dict(), "seen": now_seen}),
        "query": request.GET.urlencode(),
        "now": at,
        "is_piece": is_piece,
    }
    name = "alerts/outbox_rows.html" if is_piece else "alerts/outbox.html"
    return render(request, name, context, status=200 if form.is_valid() else 400)


def _taken_out_ofaddress(request: HttpRequest) -> tuple[str, set[str]]:
    """What only a page that asks again says: the state that it shows, and its ticked boxes.

    The links of the answer are made from the rest.
    """
    query = request.GET.copy()
    seen, ticked = query.get("seen", ""), set(query.getlist("delivery"))
    query.pop("seen", None)
    query.pop("delivery", None)
    request.GET = query  # type: ignore[assignment]  # a copy that can be changed is as good
    return seen, ticked


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
    return [missed_of(one) for one in undelivered(at=at)]


def missed_of(one: Undelivered) -> Missed:
    """Such an alert in words."""
    page = reverse("alert", args=[one.alert])
    if one.is_nowhere and not one.was_cancelled:
        said = (
            gettext("no mail: nobody’s rule asked for it")
            if one.is_matched
            else gettext("no mail: not matched with rules yet")
        )
        return Missed(one.alert, one.level, one.title, page, said)
    mails, posts = one.mails, one.posts
    counts = [
        (mails.still_open, posts.still_open, gettext("not sent yet")),
        (mails.refused, posts.refused, gettext("refused")),
        (mails.given_up, posts.given_up, gettext("given up")),
        (mails.bounced, posts.bounced, gettext("came back")),
    ]
    parts = [] if one.is_valid else [gettext("its time is over")]
    parts += [f"{_both(*numbers)} {words}" for *numbers, words in counts if any(numbers)]
    parts += [gettext("every mail was cancelled")] if one.is_nowhere else []
    parts += [
        (gettext("%(sent)s sent") % {"sent": _both(mails.sent, posts.sent)})
        if mails.sent or posts.sent
        else gettext("nobody has it yet")
    ]
    parts += [(gettext("nobody at %(office)s has it") % {"office": office}) for office in one.offices]
    href = page if mails.none and not posts.none else address({"alert": one.alert})
    stuck = tuple((f"{row.count} at {row.name}", _posts_of(row)) for row in one.stuck_posts)
    return Missed(one.alert, one.level, one.title, href, ", ".join(parts), stuck)


def _both(mails: int, posts: int) -> str:
    """Such as `1 mail and 2 posts`."""
    counts = [(mails, "mail"), (posts, "post")]
    return " and ".join(f"{count} {word}{pluralize(count)}" for count, word in counts if count)


def _posts_of(row: StuckPosts) -> str:
    return f"{reverse('webhook', args=[row.endpoint])}?state={row.state}"


def _unasked() -> ConfirmationQuerySet:
    return Confirmation.objects.failed().select_related("subscription__person").order_by("-pk")


def _silent(duty: Duty) -> Silent:
    alert = duty.alert
    title = f"{alert.country.name_en}: {alert.headline}"
    return Silent(Level(alert.level), title, duty.office.name, duty.opened_at, reverse("duty", args=[duty.pk]))


def _mark(rows: Iterable[Row], counts: dict[str, int], missed: Sequence[object], at: dt.datetime) -> str:
    """A word for what the page shows: as long as it stays, a page that shows it is up to date.

    It names the minute, since the page says in how many minutes a mail is tried again.
    """
    shown = [(row.delivery.pk, row.delivery.state, row.delivery.attempts, row.delivery.next_try_at) for row in rows]
    said = repr((shown, sorted(counts.items()), missed, at.strftime("%H:%M")))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _state_links(query: QueryDict, counts: dict[str, int], form: OutboxFilter) -> list[StateLink]:
    """One for all and one for each state, with the other filters kept; none where nothing could be counted."""
    if not form.is_valid():
        return []
    chosen = form.cleaned_data["state"]
    others = {name: value for name, value in query.dict().items() if value and name not in {"state", "page"}}
    links = [StateLink("all", sum(counts.values()), address(others), not chosen, is_bad=False)]
    for value, label in State.choices:
        count, href = counts.get(value, 0), address({**others, "state": value})
        words = str(label).partition(":")[0]
        links.append(StateLink(words, count, href, chosen == value, is_bad=value in RETRYABLE and count > 0))
    return links


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
        "by_no_rule": _by_no_rule(found),
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
        raise Http404(_("mail: %(part)s") % {"part": trouble or "found no HTML part"})
    return HttpResponse(mail.page, headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"})


def _delivery(delivery_id: int) -> Delivery:
    mails = Delivery.objects.filter(channel=Delivery.Channel.MAIL)
    return get_object_or_404(mails.select_related(*RELATED), pk=delivery_id)


def _by_no_rule(found: Delivery) -> str:
    """Why a mail goes for which no rule asked."""
    if found.purpose in {Delivery.Purpose.ALERT, Delivery.Purpose.DIGEST}:
        return gettext("it goes to whoever got the alert that it is about")
    return found.get_purpose_display()


def _mail(found: Delivery) -> tuple[ShownMail | None, str]:
    """The mail, or why there is none to show."""
    try:
        return shown(found), ""
    except UnreadableMailError as error:
        return None, str(error)
