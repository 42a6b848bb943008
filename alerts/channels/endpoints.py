"""The use cases of webhooks: addresses of machines, added, tried out, ended, and what is posted to them."""

import datetime as dt
import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.encoding import punycode

from alerts.channels import posting, telling
from alerts.mailserver import recording
from alerts.mailserver.posting import Answer
from alerts.models import Delivery, Endpoint, Subscription
from alerts.subscriptions import subscribing
from countries.models import Country
from people.models import User
from people.permissions import Action, may
from reports.fetch.sockets import is_odd_number, is_public

ENDPOINTS_MAX = 10  # of one person
TESTS_MAX, TESTS_WITHIN = 5, dt.timedelta(minutes=10)  # of one webhook
TRIED = "test post to one's own webhook"
ENDED = "its webhook has ended"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class EndpointError(ValueError):
    """A webhook that cannot be; says what was found and what was wanted, for the person who asked for it."""


@transaction.atomic
def add(*, owner: User, name: str, url: str, at: dt.datetime) -> Endpoint:
    """A new address of the person's own; nothing goes there until a rule of it asks. Raises EndpointError."""
    owner = User.objects.select_for_update().get(pk=owner.pk)  # or two at once make the same twice
    url = _in_ascii(url)
    _refuse_address(url)
    own = Endpoint.objects.filter(owner=owner, ended_at=None)
    if own.filter(url=url).exists():
        raise EndpointError("found this address among yours already; wanted another one")
    if own.count() >= ENDPOINTS_MAX:
        raise EndpointError(f"found {ENDPOINTS_MAX} webhooks of yours; wanted fewer: end one that is not used")
    return Endpoint.objects.create(owner=owner, name=name, url=url, created_at=at)


def _refuse_address(url: str) -> None:
    """Whatever can be seen before the name is resolved; the rest is refused at each post."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise EndpointError("found no address; wanted one such as https://example.org/alerts") from error
    if settings.WEBHOOK_LOOPBACK and host in LOOPBACK and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or not host or parts.username or parts.password:
        raise EndpointError("found no plain https address; wanted one such as https://example.org/alerts")
    if port not in {None, 443}:
        raise EndpointError(f"found the port {port}; wanted 443")
    if host == "localhost" or "." not in host.strip(".") or is_odd_number(host) or _is_private(host):
        raise EndpointError("found an address that is not public; wanted one that anybody could reach")


def _in_ascii(url: str) -> str:
    """The same with its host as the name system has it. Raises EndpointError."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host.isascii():
            return url
        named = punycode(host)
        is_same = named.encode().decode("idna") == host
    except ValueError as error:
        raise EndpointError("found no address; wanted one such as https://example.org/alerts") from error
    if not is_same:
        raise EndpointError("found a host that can be read in two ways; wanted it as xn--…")
    before, _at, _place = parts.netloc.rpartition("@")  # a name or password is refused later
    port = parts.netloc[parts.netloc.rfind(":") :] if parts.port else ""
    return parts._replace(netloc=f"{before}{_at}{named}{port}").geturl()


def _is_private(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        return False  # a name


@transaction.atomic
def rotate(*, endpoint_id: int, by: User, at: dt.datetime) -> Endpoint:
    """Another secret; the one before signs too for a day. Raises EndpointError."""
    endpoint = _own(endpoint_id, by)
    if endpoint.rotated_at is not None and at < endpoint.rotated_at + posting.OVERLAP:
        again = endpoint.rotated_at + posting.OVERLAP
        raise EndpointError(
            f"found a secret that is not a day old; wanted the former one to end first, {again:%d %B, %H:%M} UTC"
        )
    endpoint.secret_version, endpoint.rotated_at = endpoint.secret_version + 1, at
    endpoint.save(update_fields=["secret_version", "rotated_at"])
    return endpoint


def try_out(*, endpoint_id: int, by: User, at: dt.datetime) -> Answer:
    """Posts a test now, with nothing locked; what came of it, which is kept. Raises EndpointError."""
    with transaction.atomic():
        endpoint = _own(endpoint_id, by)
        row = _take_turn(endpoint, by, at=at)
    answer = posting.post(endpoint, telling.test_body(endpoint.pk, at=at), at=at).answer
    LogEntry.objects.filter(pk=row.pk).update(change_message=f"{TRIED}: {answer.result.value} ({answer.code})")
    return answer


def _take_turn(endpoint: Endpoint, by: User, *, at: dt.datetime) -> LogEntry:
    """The record of a test, made before anything is posted: each holds a process of the site. Raises EndpointError."""
    kind = ContentType.objects.get_for_model(Endpoint)
    tests = LogEntry.objects.filter(
        content_type=kind,
        object_id=str(endpoint.pk),
        change_message__startswith=TRIED,
        action_time__gt=at - TESTS_WITHIN,
    )
    lately = list(tests.order_by("action_time").values_list("action_time", flat=True))
    if len(lately) >= TESTS_MAX:
        again = lately[-TESTS_MAX] + TESTS_WITHIN
        raise EndpointError(
            f"found {TESTS_MAX} tests within {TESTS_WITHIN.seconds // 60} minutes; wanted no more before "
            f"{again:%H:%M:%S} UTC"
        )
    return LogEntry.objects.create(
        action_time=at, user=by, content_type=kind, object_id=str(endpoint.pk), object_repr=str(endpoint),
        action_flag=CHANGE, change_message=TRIED,
    )  # fmt: skip


@transaction.atomic
def end(*, endpoint_id: int, how: str, by: User | None, at: dt.datetime) -> Endpoint:
    """Nothing goes there any more: its rules end, what waits is cancelled. `by` nobody: the machine said so itself."""
    endpoint = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if endpoint is None or not (by is None or by.pk == endpoint.owner_id or may(by, Action.MANAGE_SUBSCRIPTIONS)):
        raise EndpointError(f"webhook {endpoint_id}: found none of yours")
    if endpoint.ended_at is None:
        endpoint.ended_at, endpoint.ended_how = at, how
        endpoint.save(update_fields=["ended_at", "ended_how"])
    Subscription.objects.filter(endpoint=endpoint, ended_at=None).update(ended_at=at, ended_how=ENDED)
    for delivery in Delivery.objects.open().filter(endpoint=endpoint).select_for_update(skip_locked=True, of=("self",)):
        recording.cancel(delivery, ENDED, at=at)
    return endpoint


@transaction.atomic
def ask(*, endpoint_id: int, least_level: int, place: str, by: User, at: dt.datetime) -> Subscription:
    """A rule: alerts from a level on, everywhere (""), in a region ("202") or a country ("SDN"), are posted there."""
    endpoint = _own(endpoint_id, by)
    if least_level not in subscribing.LEAST_LEVELS:
        raise EndpointError(f"found the level {least_level}; wanted ELEVATED, HIGH or SEVERE")
    country = Country.objects.filter(iso3=place).first() if place and not place.isdigit() else None
    regions = [int(place)] if place.isdigit() else []
    if place and not country and not regions:
        raise EndpointError("found no such country or region; wanted one of the list")
    _refuse_twin(endpoint, least_level, country, regions)
    rule = Subscription.objects.create(
        person=endpoint.owner, is_everywhere=not place, regions=regions, least_level=least_level,
        channel=Subscription.Channel.WEBHOOK, endpoint=endpoint, created_at=at, created_by=by, confirmed_at=at,
    )  # fmt: skip
    rule.countries.set([country] if country else [])
    return rule


def _refuse_twin(endpoint: Endpoint, least_level: int, country: Country | None, regions: list[int]) -> None:
    same = Subscription.objects.filter(endpoint=endpoint, ended_at=None, least_level=least_level, regions=regions)
    same = same.filter(countries=country) if country else same.filter(countries=None)
    if same.exists():
        raise EndpointError("found the same rule already; wanted another one")


def _own(endpoint_id: int, by: User) -> Endpoint:
    """One of the person's own that has not ended, locked. Raises EndpointError."""
    rows = Endpoint.objects.select_for_update(of=("self",)).select_related("owner")
    endpoint = rows.filter(pk=endpoint_id, owner=by).first()
    if endpoint is None:
        raise EndpointError(f"webhook {endpoint_id}: found none of yours")
    if endpoint.ended_at is not None:
        raise EndpointError(f"webhook {endpoint_id} has ended; wanted one that counts: add it anew")
    return endpoint
