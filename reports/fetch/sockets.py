"""Connections to public addresses alone: each name is resolved here, checked, and connected to as it was checked."""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

ADDRESSES_MAX = 4  # of a name with many, how many are tried
CONNECT_SECONDS = 10.0  # for each of them, within the whole

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "168.63.129.16/32",  # the last: a cloud's metadata under a public number
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",  # Teredo, documentation, 6to4
    )
)  # fmt: skip
_IPV6_PUBLIC = ipaddress.ip_network("2000::/3")  # outside it: loopback, mapped, NAT64, local, multicast
_NUMBER = re.compile(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?")


class Refused(ValueError):
    """A connection that is not made: what was found, what was wanted."""


class NotReached(ValueError):
    """A name without an address, for now."""


def is_odd_number(host: str) -> bool:
    """Whether a resolver would take `host` for an IPv4 address that is not written as four plain numbers."""
    if not _NUMBER.fullmatch(host.lower()):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def is_public(address: Address) -> bool:
    """Whether it is a global unicast address that carries no other address within it."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _IPV6_PUBLIC:
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


class Deadline:
    """The end of the whole of a request."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds left. Raises httpcore.ReadTimeout where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if at_most is None else min(left, at_most)


def _resolved(host: str, port: int, deadline: Deadline) -> list[str]:
    """Every address of `host`; in a thread, since a resolver knows no time limit of ours."""
    answers: queue.Queue[list[str] | OSError | UnicodeError] = queue.Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as error:
        raise httpcore.ConnectTimeout from error
    if isinstance(answer, list) and answer:
        return answer
    raise NotReached(f"name: found no address of {host[:80]}; wanted one that can be resolved")


class PublicBackend(httpcore.NetworkBackend):
    """Connects to `hosts`, at addresses that are public or, with the port, in `also`."""

    def __init__(self, hosts: frozenset[str], also: frozenset[tuple[str, int]], deadline: Deadline) -> None:
        self._hosts, self._also, self._deadline = hosts, also, deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to an address that was checked, never to the name, so a second answer of the resolver is no use."""
        if host.lower() not in self._hosts:
            raise Refused("connection: found a host that is not listed; wanted a listed one")
        addresses = _resolved(host, port, self._deadline)
        for address in addresses:
            self._refuse(address, port)
        *others, last = addresses[:ADDRESSES_MAX]
        for address in others:
            try:
                return self._connect(address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port)

    def _refuse(self, text: str, port: int) -> None:
        """Refuses the whole name where one of its addresses is not public; which one tells nobody about our network."""
        if (text, port) in self._also:
            return
        try:
            address = ipaddress.ip_address(text)
        except ValueError as error:
            raise Refused("connection: found an address of no known form; wanted a public one") from error
        if not is_public(address):
            raise Refused("connection: found not a public address; wanted one")

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        stream = self._sockets.connect_tcp(address, port, timeout=self._deadline.left(CONNECT_SECONDS))
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection on which each step has only what is left of the whole: a slow drip ends with it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
