"""Whose turn it is to be asked: one request at a time for a server, a pause between, and its robots.txt obeyed.

The turns stand in the database, so that two workers keep to them as one does.
"""

import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from reports.fetch import PORTS, FetchError, Rules, fetch
from reports.fetch.robots import Robots, text_of
from reports.models import Host

HOLD = dt.timedelta(minutes=3)  # above what one fetch may take: after it a worker is taken for dead
ROBOTS_KEPT = dt.timedelta(days=1)
ROBOTS_SECONDS = 15.0
ROBOTS_BYTES_MAX = 2 * 2**20


def host_of(address: str) -> str:
    """The server that an address stands on: its name, and its port where it is not the usual one."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = None
    name = (parts.hostname or "")[:240]
    return name if port in {None, PORTS.get(parts.scheme)} else f"{name}:{port}"


def take_turn(name: str, *, at: dt.datetime) -> bool:
    """Whether the server may be asked now, by whoever calls: until `end_turn`, nobody else."""
    Host.objects.get_or_create(name=name)
    is_free = Q(held_until=None) | Q(held_until__lte=at)
    is_rested = Q(free_at=None) | Q(free_at__lte=at)
    return Host.objects.filter(is_free, is_rested, name=name).update(held_until=at + HOLD) == 1


def end_turn(name: str, *, at: dt.datetime, wait: dt.timedelta = dt.timedelta()) -> None:
    """Leaves the server alone for its pause, or for as long as it asked us to."""
    Host.objects.filter(name=name).update(held_until=None, free_at=at + max(pause_of(name), wait))


def give_back(name: str) -> None:
    """Ends a turn in which nothing was asked."""
    Host.objects.filter(name=name).update(held_until=None)


def pause_of(name: str) -> dt.timedelta:
    """Between two requests: ours, or the longer one that its robots.txt wants."""
    host = Host.objects.filter(name=name).first()
    wanted = Robots(host.robots, settings.FETCH_AGENT).pause if host is not None else dt.timedelta()
    return max(dt.timedelta(seconds=settings.FETCH_PAUSE), wanted)


def free_at(names: set[str]) -> dt.datetime | None:
    """When the first of these servers has rested, of those that nobody asks now; None where there is none."""
    rows = Host.objects.filter(name__in=names, held_until=None, free_at__isnull=False)
    return rows.order_by("free_at").values_list("free_at", flat=True).first()


def read_robots(address: str, *, rules: Rules, at: dt.datetime) -> bool:
    """Reads the robots.txt of an address's server where ours is older than a day; whether it was asked for.

    What is not there allows everything. Where the server cannot say it now, an older copy holds; without one,
    a FetchError says that it is to be asked again.
    """
    host = Host.objects.get_or_create(name=host_of(address))[0]
    if host.robots_read_at is not None and at - host.robots_read_at < ROBOTS_KEPT:
        return False
    small = dataclasses.replace(
        rules, seconds=min(rules.seconds, ROBOTS_SECONDS), bytes_max=ROBOTS_BYTES_MAX, refuses=None
    )
    parts = urlsplit(address)
    try:
        found = fetch(f"{parts.scheme}://{parts.netloc}/robots.txt", rules=small)
        text = text_of(found.payload) if found is not None else ""
    except FetchError as error:
        if error.is_transient and host.robots_read_at is not None:
            return True
        if error.is_transient or error.status is None:
            raise _of_robots(error) from error
        text = ""
    Host.objects.filter(pk=host.pk).update(robots=text, robots_read_at=at)
    return True


def _of_robots(error: FetchError) -> FetchError:
    reason = f"robots.txt: {error}" if error.is_transient else str(error)
    return FetchError(
        reason, status=error.status, is_transient=error.is_transient, retry_after=error.retry_after
    )  # fmt: skip


def refused_by_robots(address: str, *, rules: Rules, at: dt.datetime) -> str:
    """Why its server does not want an address asked by us; "" where it may be. Raises FetchError, as `read_robots`."""
    read_robots(address, rules=rules, at=at)
    host = Host.objects.filter(name=host_of(address)).first()
    if host is None or Robots(host.robots, settings.FETCH_AGENT).allows(address):
        return ""
    return "found that the server's robots.txt refuses it to us; wanted an address that it allows"
