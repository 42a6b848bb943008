"""Who is warned of what: the list, one rule, and the pages behind signed links."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial, wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts import links
from alerts.answers.offices import offices_of
from alerts.messages import region_names, sender
from alerts.models import Confirmation, MailSettings, Subscription
from alerts.subscriptions import subscribing
from alerts.subscriptions.forms import ACTIVE, ENDED, RuleFilter, RuleForm, initial_of, people_to_choose
from alerts.subscriptions.hours import wall
from alerts.subscriptions.looking_back import look_back
from alerts.subscriptions.subscribing import SubscriptionError
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline

PAGE_SIZE = 50
BY_STAFF = "ended by staff"

LOOK_BACK = "look_back"  # what the button asks for that saves nothing

TokenView = Callable[[HttpRequest, str], HttpResponse]


def private(*, referrer: str) -> Callable[[TokenView], TokenView]:
    """For pages whose address is a key: not kept, not listed, not told to other sites, not written into a log.

    Django logs the path of every refused request; from here on the request has the path of the list of rules, which
    is also where signing in leads to.
    """

    def guard(view: TokenView) -> TokenView:
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, token: str) -> HttpResponse:
            request.path = request.path_info = reverse("subscriptions")
            answer = view(request, token)
            answer.headers["Referrer-Policy"] = referrer
            answer.headers["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        return guarded

    return guard


# --- for those who sign in -----------------------------------------------------------------------------------
@never_cache
@require_safe
@login_required
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Everybody's rules for those who manage them, else one's own."""
    is_staff = may(request.user, Action.MANAGE_SUBSCRIPTIONS)
    form = RuleFilter(request.GET, people=people_to_choose(with_rules=True) if is_staff else None)
    rows = _in_reach(request).none()
    if form.is_valid():
        rows = _in_state(_in_reach(request), form.cleaned_data["state"])
        if form.cleaned_data.get("person"):
            rows = rows.filter(person=int(form.cleaned_data["person"]))
    page = Paginator(rows.order_by("person__name", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rules": _described(page.object_list)}
    context |= _paused(_person(request))
    context |= {"is_staff": is_staff, "me": _person(request), "is_filtered": bool(set(request.GET) & set(form.fields))}
    return render(request, "alerts/subscriptions.html", context, status=200 if form.is_valid() else 400)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def subscription_new(request: HttpRequest) -> HttpResponse:
    """A new rule: for oneself, or by staff for anybody."""
    me = _person(request)
    people = people_to_choose(with_rules=False) if may(me, Action.MANAGE_SUBSCRIPTIONS) else None
    if request.method != "POST":
        form = RuleForm(person=me, people=people, initial={"person": str(me.pk), **_asked(request)})
        return _form_page(request, form)
    form = RuleForm(request.POST, person=me, people=people)
    chosen = form.cleaned_data.get("person") if form.is_valid() else None
    person = User.objects.get(pk=int(chosen)) if chosen else me
    if request.POST.get("action") == LOOK_BACK:
        return _looked_back(request, _form_page, form, here=request.path, person=person, reader=me)
    if form.is_valid() and (made := _subscribe(form, person=person, by=me)):
        _tell_saved(request, made, gettext("Saved. Alerts that match it go out from now on."))
        return redirect("subscriptions")
    return _form_page(request, form, status=400)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """One rule: seen, changed, or taken up again."""
    rule = reachable(request, subscription_id)
    if request.method != "POST":
        return _form_page(request, RuleForm(person=rule.person, initial=initial_of(rule)), rule)
    if request.POST.get("action") == "resume":
        return _resumed(request, rule)
    form = RuleForm(request.POST, person=rule.person)
    if request.POST.get("action") == LOOK_BACK:
        page, me = partial(_form_page, rule=rule), _person(request)
        return _looked_back(request, page, form, here=request.path, person=rule.person, reader=me)
    if form.is_valid() and (changed := _change(form, rule, by=_person(request))):
        _tell_saved(request, changed, "Saved.")
        return redirect("subscriptions")
    return _form_page(request, form, rule, status=400)


@require_POST
@login_required
def subscription_end(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Ends one rule; it is kept."""
    rule = reachable(request, subscription_id)
    how = subscribing.BY_PERSON if rule.person_id == _person(request).pk else BY_STAFF
    subscribing.end(subscription_id=rule.pk, how=how, by=_person(request), at=clock.now())
    messages.success(request, _("Ended. No alert goes out by this rule any more."))
    return redirect("subscriptions")


def _resumed(request: HttpRequest, rule: Subscription) -> HttpResponse:
    try:
        resumed = subscribing.resume(subscription_id=rule.pk, by=_person(request), at=clock.now())
        _tell_saved(request, resumed, gettext("In force again."))
    except SubscriptionError as error:
        messages.error(request, sentence(error))
    return redirect("subscriptions")


def _tell_saved(request: HttpRequest, rule: Subscription, said: str) -> None:
    """That it counts, or that its person is asked first."""
    if rule.confirmed_at is not None:
        messages.success(request, said)
        return
    messages.success(
        request,
        _("Saved. A mail asks %(name)s to say yes; no alert goes out by it before.") % {"name": rule.person.name},
    )
    transaction.on_commit(pipeline.ring_confirmations)


def _asked(request: HttpRequest) -> dict[str, list[str]]:
    """What a link proposes: `?country=SDN`."""
    return {"countries": [iso3 for iso3 in request.GET.getlist("country") if "\x00" not in iso3]}


def _in_reach(request: HttpRequest) -> QuerySet[Subscription]:
    rules = Subscription.objects.select_related("person", "created_by").prefetch_related("countries")
    return rules if may(request.user, Action.MANAGE_SUBSCRIPTIONS) else rules.filter(person=_person(request))


def _in_state(rules: QuerySet[Subscription], state: str) -> QuerySet[Subscription]:
    if state == ACTIVE:
        return rules.filter(ended_at=None)
    return rules.filter(ended_at__isnull=False) if state == ENDED else rules


def _described(rules: Iterable[Subscription]) -> list[tuple[Subscription, str, Confirmation | None]]:
    """Each with its words, and the last mail that asked for a yes to one that waits for it."""
    rows = list(rules)
    names = region_names() if any(row.regions for row in rows) else {}
    asked = _last_asked(rows)
    return [(row, subscribing.describe(row, regions=names), asked.get(row.pk)) for row in rows]


def _last_asked(rules: Iterable[Subscription]) -> dict[int, Confirmation]:
    waiting = [rule.pk for rule in rules if rule.confirmed_at is None and rule.ended_at is None]
    rows = Confirmation.objects.filter(subscription__in=waiting).order_by("pk") if waiting else []
    return {row.subscription_id: row for row in rows}


def reachable(request: HttpRequest, subscription_id: int) -> Subscription:
    """Another person's is as good as none."""
    return get_object_or_404(_in_reach(request), pk=subscription_id)


def _form_page(
    request: HttpRequest, form: RuleForm, rule: Subscription | None = None, *, status: int = 200, **looked: object
) -> HttpResponse:
    words = subscribing.describe(rule) if rule else ""
    context = {"here": request.path, "form": form, "rule": rule, "words": words, **looked}
    if rule is not None:
        context |= {"asked": _last_asked([rule]).get(rule.pk), "is_own": rule.person_id == _person(request).pk}
        context |= _paused(rule.person)
    return render(request, "alerts/subscription.html", context, status=status)


def _paused(person: User) -> dict[str, object]:
    """Until when no mail goes out to the person, by their own clock; nothing where none is held back. One query."""
    found = MailSettings.objects.filter(person=person, paused_until__gt=clock.now()).first()
    if found is None or found.paused_until is None:
        return {}
    return {"paused_until": wall(found.paused_until, found.time_zone), "zone": found.time_zone}


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required let nobody else in
    return request.user


# --- behind signed links -------------------------------------------------------------------------------------
@csrf_exempt  # `_by_link` is protected: the path must be replaced before a refusal can log it
@private(referrer="strict-origin")  # never the path; with "no-referrer" a browser sends its forms as from nowhere
@require_http_methods(["GET", "HEAD", "POST"])
def my_subscriptions(request: HttpRequest, token: str) -> HttpResponse:
    """One's own rules without signing in; looking changes nothing."""
    answer: HttpResponse = _by_link(request, token)
    return answer


@csrf_protect
def _by_link(request: HttpRequest, token: str) -> HttpResponse:
    person = links.person_of(token)
    if person is None:
        return broken(request)
    if request.method != "POST":
        rule = _own_rule(person, request.GET.get("edit"))
        form = RuleForm(person=person, initial=initial_of(rule) if rule else {})
        return _by_link_page(request, form, token=token, person=person, rule=rule)
    rule = _own_rule(person, request.POST.get("rule"))
    if request.POST.get("rule") and rule is None:
        messages.error(request, _("Found no rule of yours in force under this number. Nothing was changed."))
    elif request.POST.get("action") in {"end", "end_all"}:
        _end(request, person, rule)
    else:
        form, page = (
            RuleForm(request.POST, person=person),
            partial(_by_link_page, token=token, person=person, rule=rule),
        )
        if request.POST.get("action") == LOOK_BACK:
            here = reverse("my_subscriptions", args=[token])
            return _looked_back(request, page, form, here=here, person=person, reader=person)
        if not _saved(form, rule, person):
            return page(request, form, status=400)
        messages.success(request, _("Saved."))
    return redirect("my_subscriptions", token)


def _end(request: HttpRequest, person: User, rule: Subscription | None) -> None:
    """One rule where one is named, all where the button says so."""
    if rule is not None:
        subscribing.end(subscription_id=rule.pk, how=subscribing.BY_LINK, by=None, at=clock.now())
        messages.success(request, _("Ended. No alert goes out by this rule any more."))
    elif request.POST["action"] == "end_all":
        subscribing.end_all(person=person, how=subscribing.BY_LINK, at=clock.now())
        messages.success(request, _("Ended. You get no alerts any more."))


def _saved(form: RuleForm, rule: Subscription | None, person: User) -> bool:
    if not form.is_valid():
        return False
    return bool(_change(form, rule, by=None) if rule else _subscribe(form, person=person, by=None))


def _own_rule(person: User, number: str | None) -> Subscription | None:
    """The rule in force that is meant; None where none is, or where it is another person's."""
    if not (number and number.isascii() and number.isdigit() and len(number) < 18):
        return None
    own = Subscription.objects.filter(person=person, ended_at=None).prefetch_related("countries")
    return own.filter(pk=int(number)).first()


def _by_link_page(
    request: HttpRequest, form: RuleForm, *, token: str, person: User, rule: Subscription | None, status: int = 200,
    **looked: object,
) -> HttpResponse:  # fmt: skip
    rules = Subscription.objects.filter(person=person, ended_at=None).prefetch_related("countries").order_by("pk")
    here = reverse("my_subscriptions", args=[token])
    hours = reverse("pause", args=[links.pause_token(person)])
    context = {"here": here, "hours": hours, "form": form, "rule": rule, "rules": _described(list(rules)), **looked}
    context |= _paused(person)
    return render(request, "alerts/subscriptions_by_link.html", context, status=status)


@csrf_exempt  # RFC 8058: a mail program posts here, from nowhere
@private(referrer="no-referrer")
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A GET shows a button; any POST ends what brings the person mails, but one that asks to take it up again."""
    person = links.person_of_unsubscribe(token)
    if person is None:
        return broken(request)
    if request.method == "POST":
        if request.POST.get("action") == "resume":
            subscribing.resume_all(person=person, at=clock.now())
        else:
            subscribing.end_all(person=person, at=clock.now())
    channels = Subscription.objects.filter(person=person, ended_at=None).values_list("channel", flat=True)
    counts = Counter(channels)
    context = {
        "here": reverse("unsubscribe", args=[token]),
        "is_post": request.method == "POST",
        "rules": counts[Subscription.Channel.MAIL],
        "posted": counts[Subscription.Channel.WEBHOOK],
        "ended": subscribing.ended_together(person).count(),
        "offices": [office.name for office in offices_of(person)],
        "sender": sender(),
    }
    return render(request, "alerts/unsubscribe.html", context)


def broken(request: HttpRequest) -> HttpResponse:
    """A signed link that opens nothing."""
    return render(request, "alerts/subscription_link_broken.html", {"sender": sender()}, status=404)


def _subscribe(form: RuleForm, *, person: User, by: User | None) -> Subscription | None:
    """The rule as it was saved; None: the reason stands on the form."""
    try:
        return subscribing.subscribe(person=person, wanted=form.wanted(), by=by, at=clock.now())
    except SubscriptionError as error:
        form.add_error(None, sentence(error))
    return None


def _change(form: RuleForm, rule: Subscription, *, by: User | None) -> Subscription | None:
    """The rule as it was saved; None: the reason stands on the form."""
    try:
        return subscribing.change(subscription_id=rule.pk, wanted=form.wanted(), by=by, at=clock.now())
    except SubscriptionError as error:
        form.add_error(None, sentence(error))
    return None


def _looked_back(
    request: HttpRequest, page: Callable[..., HttpResponse], form: RuleForm, *, here: str, person: User, reader: User
) -> HttpResponse:
    """What the rule on the form would have sent, for htmx alone or with its page; nothing is saved."""
    looked: dict[str, object] = {"refused": "" if form.is_valid() else gettext("Something above is missing or wrong.")}
    if form.is_valid():
        try:
            looked["look_back"] = look_back(wanted=form.wanted(), person=person, reader=reader, at=clock.now())
        except SubscriptionError as error:
            looked["refused"] = sentence(error)
    if "HX-Request" in request.headers:
        return render(request, "alerts/look_back.html", {"here": here, **looked})
    return page(request, form, **looked)


def sentence(error: SubscriptionError) -> str:
    """As a page says it."""
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."
