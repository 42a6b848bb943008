"""The only open socket: one address, fetched from a listed host whose every address is public; knows no Django."""

import contextlib
import dataclasses
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpcore
import httpx

from reports.fetch.sockets import Deadline, NotReached, PublicBackend, Refused, is_odd_number
from reports.fetch.unpacking import TooLarge, Unpackable, unpacker

KEPT = ("content-type", "etag", "last-modified", "date", "content-length")  # nothing else of an answer is stored
HEADER_CHARACTERS_MAX = 200  # a longer one is left out: an ETag is sent back as it came, or not at all
URL_CHARACTERS_MAX = 2000
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})  # what a server says when another attempt may help


class FetchError(ValueError):
    """What came of a fetch that failed: found, wanted; never an excerpt. `is_transient`: later it may go well."""

    def __init__(
        self, message: str, *, status: int | None = None, is_transient: bool = False, retry_after: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_transient = is_transient
        self.retry_after = retry_after  # as the server said it: `waits.wait_asked` reads it


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be asked and how much may come back. `also`: (address, port) allowed though not public."""

    hosts: frozenset[str]  # exact, in small letters: a subdomain is another host
    user_agent: str
    also: frozenset[tuple[str, int]] = frozenset()  # an operator's own mirror, a test's server
    bytes_max: int = 20 * 2**20  # after unpacking
    seconds: float = 60  # for the whole of it, redirects included
    redirects: int = 5
    refuses: Callable[[str], str] | None = None  # why an address is not asked (its robots.txt); "" where it may be


@dataclasses.dataclass(frozen=True, slots=True)
class Fetched:
    """What the server sent, unpacked. `url` is where it stood after redirects."""

    payload: bytes
    status: int
    headers: dict[str, str]
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Posted:
    """What a server answered to a post, whatever its status; of its payload the first bytes."""

    status: int
    payload: bytes
    retry_after: str = ""  # as the server said it: `waits.wait_asked` reads it


def fetch(
    url: str,
    *,
    rules: Rules,
    etag: str = "",
    last_modified: str = "",
    body: Mapping[str, Any] | None = None,
    key: tuple[str, str] | None = None,
) -> Fetched | None:
    """What stands at `url`; None where it has not changed since `etag` or `last_modified`. Raises FetchError.

    With `body` it is a POST of JSON; `key` is a header, name and value, that says who may ask. No redirect carries
    either to another host.
    """
    first = _checked(url, rules)
    headers = _headers(rules, etag, last_modified, body) | dict([key] if key else [])
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    with _connecting(rules) as pool:
        return _follow(pool, first, rules, headers, content, has_key=key is not None)


def post(url: str, *, rules: Rules, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Hands `body` over and says what was answered, whatever it was; follows no redirect. Raises FetchError."""
    target = _checked(url, rules)
    said = [("user-agent", rules.user_agent), ("accept", "*/*"), *headers.items()]
    with _connecting(rules) as pool, pool.stream("POST", _target(target), headers=said, content=body) as response:
        answered = httpx.Headers(response.headers)
        wait = answered.get("retry-after", "")[:HEADER_CHARACTERS_MAX]
        return Posted(response.status, _beginning(response, rules.bytes_max), wait)


def _beginning(response: httpcore.Response, bytes_max: int) -> bytes:
    """As much of it as came in time: the status was said, and what follows it changes nothing."""
    payload = b""
    with contextlib.suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for chunk in response.iter_stream():
            payload += chunk[: bytes_max - len(payload)]
            if len(payload) >= bytes_max:
                break
    return payload


@contextlib.contextmanager
def _connecting(rules: Rules) -> Iterator[httpcore.ConnectionPool]:
    """Connections to what the rules allow; whatever goes wrong on them is a FetchError."""
    backend = PublicBackend(rules.hosts, rules.also, Deadline(rules.seconds))
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend) as pool:
            yield pool
    except Refused as error:
        raise FetchError(str(error)) from error
    except NotReached as error:
        raise FetchError(str(error), is_transient=True) from error
    except httpcore.TimeoutException as error:
        raise FetchError(_too_slow(rules), is_transient=True) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchError(f"connection: found {_broken(error)}; wanted a whole answer", is_transient=True) from error


def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(verify=True, trust_env=False)


def _headers(rules: Rules, etag: str, last_modified: str, body: Mapping[str, Any] | None) -> dict[str, str]:
    headers = {"user-agent": rules.user_agent, "accept": "*/*", "accept-encoding": "gzip"}
    if etag:
        headers["if-none-match"] = etag
    if last_modified:
        headers["if-modified-since"] = last_modified
    if body is not None:
        headers |= {"content-type": "application/json", "accept": "application/json"}
    return headers


def _follow(
    pool: httpcore.ConnectionPool,
    url: httpx.URL,
    rules: Rules,
    headers: dict[str, str],
    content: bytes | None,
    *,
    has_key: bool,
) -> Fetched | None:
    method = "GET" if content is None else "POST"
    for _ in range(rules.redirects + 1):
        with pool.stream(method, _target(url), headers=list(headers.items()), content=content) as response:
            if response.status not in REDIRECTS:
                return _answer(response, url, rules, headers)
            url = _next(url, response, rules, is_post=content is not None, has_key=has_key)
    raise FetchError(f"redirects: found more than {rules.redirects}; wanted the answer itself")


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _next(
    url: httpx.URL, response: httpcore.Response, rules: Rules, *, is_post: bool, has_key: bool = False
) -> httpx.URL:
    """Where a redirect leads, checked as the first address was."""
    location, status = httpx.Headers(response.headers).get("location", ""), response.status
    if not location:
        raise FetchError(f"redirect: found status {status} without an address; wanted one", status=status)
    try:
        joined = str(url.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError("redirect: found no address; wanted https://…", status=status) from error
    target = _checked(joined, rules, where="redirect")
    if url.scheme == "https" and target.scheme != "https":
        raise FetchError("redirect: found http after https; wanted https", status=status)
    if has_key and _origin(target) != _origin(url):
        raise FetchError("redirect: found one that would carry the key to another server; wanted none", status=status)
    if is_post and (status not in {307, 308} or _origin(target) != _origin(url)):
        raise FetchError(
            f"redirect: found status {status} after a POST; wanted the answer of the same host", status=status
        )
    return target


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, _host(url), url.port or PORTS[url.scheme]


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower()


def _checked(text: str, rules: Rules, *, where: str = "address") -> httpx.URL:
    """The address, if it may be asked at all; what it resolves to is checked when it is connected to."""
    if len(text) > URL_CHARACTERS_MAX:
        raise FetchError(f"{where}: found {len(text)} characters; wanted at most {URL_CHARACTERS_MAX}")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{where}: found no address; wanted https://…") from error
    if url.scheme not in PORTS:
        raise FetchError(f"{where}: found the scheme {url.scheme[:12] or 'none'}; wanted https or http")
    if url.userinfo:
        raise FetchError(f"{where}: found a user name or a password in it; wanted none")
    host = _host(url)
    if is_odd_number(host):
        raise FetchError(f"{where}: found a number as host; wanted a name, or four numbers from 0 to 255")
    if host not in rules.hosts:
        raise FetchError(f"{where}: found the host {host[:80] or 'none'}; wanted {_listed(rules)}")
    port = url.port or PORTS[url.scheme]
    if port not in PORTS.values() and port not in {allowed for _, allowed in rules.also}:
        raise FetchError(f"{where}: found port {port}; wanted 80 or 443")
    if rules.refuses is not None and (why := rules.refuses(str(url))):
        raise FetchError(f"{where}: {why}")
    return url


def _listed(rules: Rules) -> str:
    return f"one that is listed ({', '.join(sorted(rules.hosts)[:5]) or 'none is'})"


def _answer(response: httpcore.Response, url: httpx.URL, rules: Rules, headers: Mapping[str, str]) -> Fetched | None:
    status = response.status
    if status == 304 and ("if-none-match" in headers or "if-modified-since" in headers):
        return None
    said = httpx.Headers(response.headers)
    if status != 200:
        is_transient, wait = status in AGAIN, said.get("retry-after", "")[:HEADER_CHARACTERS_MAX]
        reason = f"status: found {status}; wanted 200"
        raise FetchError(reason, status=status, is_transient=is_transient, retry_after=wait)
    return Fetched(_payload(response, said, rules), status, _kept(said), str(url))


def _payload(response: httpcore.Response, headers: httpx.Headers, rules: Rules) -> bytes:
    said = headers.get("content-length", "")
    if said.isdigit() and int(said) > rules.bytes_max:
        raise FetchError(_too_large(rules))
    try:
        unpack = unpacker(headers.get("content-encoding", ""), rules.bytes_max)
        pieces = [unpack.feed(chunk) for chunk in response.iter_stream()]
        unpack.end()
    except TooLarge as error:
        raise FetchError(_too_large(rules)) from error
    except Unpackable as error:
        raise FetchError(str(error), is_transient=True) from error
    return b"".join(pieces)


def _kept(headers: httpx.Headers) -> dict[str, str]:
    found = {name: headers[name] for name in KEPT if name in headers}
    return {name: value for name, value in found.items() if len(value) <= HEADER_CHARACTERS_MAX and value.isprintable()}


def _too_large(rules: Rules) -> str:
    return f"answer: found more than {rules.bytes_max / 2**20:.3g} MB; wanted at most that"


def _too_slow(rules: Rules) -> str:
    return f"answer: found none that was whole within {rules.seconds:g} seconds; wanted one"


def _broken(error: Exception) -> str:
    """What broke, in words without the other side's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "a certificate that does not hold" if isinstance(cause, ssl.SSLCertVerificationError) else "no TLS"
        if isinstance(cause, ConnectionRefusedError):
            return "that it was refused"
        cause = cause.__cause__ or cause.__context__
    is_answer = isinstance(error, httpcore.RemoteProtocolError)
    return "an answer that breaks off or is no HTTP" if is_answer else "that it broke"
