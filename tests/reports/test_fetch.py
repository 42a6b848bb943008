"""The only open socket, against a real server: what it takes, and everything that it refuses."""

import ipaddress
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.fetch import Fetched, FetchError, _checked, _next, fetch
from reports.fetch.sockets import is_odd_number, is_public
from tests.reports.asking import AGENT, answered, reason_of, redirect_to, rules_for
from tests.reports.serving import Handler, Server, serving


def test_an_answer_comes_with_its_bytes_and_the_headers_that_are_kept() -> None:
    def answer(handler: Handler) -> None:
        handler.send(b"<rss/>", content_type="text/xml", etag='"1"', x_secret="no", set_cookie="a=b")

    with serving(answer) as server:
        found = fetch(server.url("/feed?x=1"), rules=rules_for(server))

    assert found is not None
    assert (found.payload, found.status, found.url) == (b"<rss/>", 200, server.url("/feed?x=1"))
    assert {"content-type": "text/xml", "etag": '"1"', "content-length": "6"}.items() <= found.headers.items()
    assert set(found.headers) <= {"content-type", "etag", "content-length", "date", "last-modified"}


def test_it_says_who_asks_and_sends_no_cookie_and_no_credential() -> None:
    with serving(lambda handler: handler.send(b"x")) as server:
        fetch(server.url(), rules=rules_for(server))

    asked = server.asked[0].headers
    assert asked["user-agent"] == AGENT
    assert set(asked) == {"host", "user-agent", "accept", "accept-encoding"}


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(lambda handler: handler.send(b"proxy")) as proxy,
        serving(lambda handler: handler.send(b"x")) as server,
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("ALL_PROXY", proxy.url())

        found = fetch(server.url(), rules=rules_for(server))

    assert found is not None
    assert (found.payload, proxy.asked) == (b"x", [])


def test_what_has_not_changed_is_none() -> None:
    def answer(handler: Handler) -> None:
        is_known = handler.headers["If-None-Match"] == '"1"' and handler.headers["If-Modified-Since"] == "then"
        handler.send(status=304 if is_known else 500)

    with serving(answer) as server:
        assert fetch(server.url(), rules=rules_for(server), etag='"1"', last_modified="then") is None


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    assert str(reason_of(lambda handler: handler.send(status=304))) == "status: found 304; wanted 200"


STATUSES = [(404, False), (403, False), (410, False), (204, False), (500, True), (503, True), (429, True)]


@pytest.mark.parametrize(("status", "is_transient"), STATUSES)
def test_any_other_status_is_an_error_that_names_it(status: int, is_transient: bool) -> None:
    error = reason_of(lambda handler: handler.send(b"a made-up page", status=status))

    assert (error.status, error.is_transient) == (status, is_transient)
    assert str(error) == f"status: found {status}; wanted 200"


def test_html_with_status_200_is_handed_on_with_its_type_for_the_reader_to_refuse() -> None:
    found = answered(lambda handler: handler.send(b"<!doctype html>", content_type="text/html"))

    assert found is not None
    assert found.headers["content-type"] == "text/html"


# --- where it may go ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme file"),
        ("ftp://127.0.0.1/", "scheme ftp"),
        ("127.0.0.1/feed", "scheme none"),
        ("http://name:word@127.0.0.1/", "a password"),
        ("http://other.test.example/", "found the host other.test.example; wanted one that is listed (127.0.0.1)"),
        ("http://sub.127.0.0.1.test.example/", "found the host"),
        ("http://127.0.0.1.test.example/", "found the host"),
        ("http://127.0.0.1@other.test.example/", "a password"),
        ("http://2130706433/", "a number as host"),
        ("http://0x7f000001/", "a number as host"),
        ("http://0177.0.0.1/", "no address"),
        ("http://0177.1/", "a number as host"),
        ("http://127.1/", "a number as host"),
        ("http://[::1]/", "found the host ::1"),
        ("http://[::ffff:127.0.0.1]/", "a number as host"),
        ("http://127.0.0.1:6379/", "port 6379"),
        ("http://", "found the host none"),
        ("http://127.0.0.1:x/", "no address"),
        ("http://127.0.0.1/" + "x" * 2000, "2017 characters"),
        ("http://127.0.0.1/", "found not a public address"),
    ],
)
def test_an_address_that_may_not_be_asked_is_refused(url: str, reason: str) -> None:
    with pytest.raises(FetchError) as refused:
        fetch(url, rules=rules_for())

    assert reason in str(refused.value)
    assert not refused.value.is_transient


PIECES = st.sampled_from(
    ["http://", "https://", "file:", "news.test.example", "127.0.0.1", "@", "[", "]", ":", "//", "\\", "%00", "%2e",
     "?", "#", ".", "/", "0x7f", "１２７", "。", "\x00", "\n", " ", "\udcff", "\u202e", "xn--", "ß"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join))
def test_whatever_stands_for_an_address_is_refused_with_a_reason_or_is_the_listed_host(text: str) -> None:
    rules, base = rules_for(hosts=frozenset({"news.test.example"})), httpx.URL("https://news.test.example/")
    answer = httpcore.Response(302, headers=[(b"location", text.encode("utf-8", "surrogateescape"))])
    asked: list[Callable[[], httpx.URL]] = [
        lambda: _checked(text, rules),
        lambda: _next(base, answer, rules, is_post=False),
    ]
    for follow in asked:
        try:
            url = follow()
        except FetchError:
            continue
        assert (url.host, url.scheme in {"http", "https"}, url.userinfo) == ("news.test.example", True, b"")


@pytest.mark.parametrize("location", ["http://127.0.0.1:{other}/", "http://localhost:{other}/"])
def test_a_redirect_to_another_server_on_this_machine_is_refused(location: str) -> None:
    with serving(lambda handler: handler.send(b"private")) as other:
        target = location.format(other=other.server_port)
        error = reason_of(redirect_to(target), hosts=frozenset({"127.0.0.1", "localhost"}))

    assert "port" in str(error)
    assert other.asked == []


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1/", "found not a public address"),
        ("http://169.254.169.254/latest/meta-data/", "found not a public address"),
        ("http://localhost/", "found not a public address"),
        ("file:///etc/passwd", "the scheme file"),
        ("javascript:alert(1)", "the scheme javascript"),
        ("//unlisted.test.example/", "the host unlisted.test.example"),
        ("http://name:word@127.0.0.1/", "a password"),
        ("http://127.0.0.1:x/", "no address"),
        ("", "without an address"),
    ],
)
def test_a_redirect_is_checked_as_the_first_address_was(location: str, reason: str) -> None:
    listed = frozenset({"127.0.0.1", "169.254.169.254", "localhost"})

    assert reason in str(reason_of(redirect_to(location), hosts=listed))


def test_a_redirect_to_the_same_host_is_followed_and_the_last_address_kept() -> None:
    def answer(handler: Handler) -> None:
        handler.send(b"here") if handler.path == "/new" else handler.send(status=301, location="/new")

    with serving(answer) as server:
        found = fetch(server.url("/old"), rules=rules_for(server))

    assert found is not None
    assert (found.payload, found.url) == (b"here", server.url("/new"))


def test_redirects_end() -> None:
    with serving(redirect_to("/again")) as server, pytest.raises(FetchError, match="found more than 5"):
        fetch(server.url(), rules=rules_for(server))

    assert len(server.asked) == 6


REAL = socket.getaddrinfo
NAME = "feed.test.example"


class Resolver:
    """Says each answer in turn, the last one for ever. This alone is not real here: nobody can rebind a name."""

    def __init__(self, *answers: str) -> None:
        self.left, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host != NAME:
            return REAL(host, port, *rest, **more)
        self.asked += 1
        answer = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer.split()]


def fetch_by_name(server: Server) -> Fetched | None:
    return fetch(server.url(host=NAME), rules=rules_for(server, hosts=frozenset({NAME})))


def test_a_name_that_is_resolved_to_another_address_later_is_not_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver("127.0.0.1", "127.0.0.2"))
    with serving(redirect_to("/again")) as server:
        with pytest.raises(FetchError, match="found not a public address"):
            fetch_by_name(server)

        assert len(server.asked) == 1


def test_it_connects_to_the_very_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver("127.0.0.1", "127.0.0.2")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with serving(lambda handler: handler.send(b"x")) as server:
        fetch_by_name(server)

    assert resolver.asked == 1
    assert server.asked[0].headers["host"] == f"{NAME}:{server.server_port}"


def test_one_private_address_among_others_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver("127.0.0.1 10.0.0.7"))
    with serving(lambda handler: handler.send(b"x")) as server:
        with pytest.raises(FetchError, match=r"found not a public address; wanted one$"):
            fetch_by_name(server)

        assert server.asked == []


def test_a_name_without_an_address_may_have_one_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", mock.Mock(side_effect=socket.gaierror("no")))
    with pytest.raises(FetchError, match=r"found no address of gone\.test\.example") as refused:
        fetch("http://gone.test.example/", rules=rules_for(hosts=frozenset({"gone.test.example"})))

    assert refused.value.is_transient


def test_a_resolver_that_hangs_does_not_outlast_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [over.wait(20)][1:])
    with pytest.raises(FetchError, match=r"within 0\.2 seconds"):
        fetch("http://slow.test.example/", rules=rules_for(hosts=frozenset({"slow.test.example"}), seconds=0.2))
    over.set()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.9",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "::127.0.0.1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1",
        "fe80::1%2", "ff02::1", "5f00::1",
    ],
)  # fmt: skip
def test_no_address_that_is_not_public_is_connected_to(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700::1", "2a00:1450::1"])
def test_public_addresses_are_told_from_the_others(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["0", "127.1", "0x7f.1", "017700000001", "1.2.3.4.5", "256.1.1.1", "1.2.3.4.", "a.1"])
def test_a_number_in_any_other_form_is_no_host(host: str) -> None:
    assert is_odd_number(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "news.un.org", "0x.example", "1.example", "::1"])
def test_names_and_plain_addresses_are_hosts(host: str) -> None:
    assert not is_odd_number(host)


# --- TLS ---------------------------------------------------------------------------------------------------
@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server that shows a certificate of its own for `NAME`, and the file that holds it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: nothing else here makes a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(lambda handler: handler.send(b"x"), tls=context) as server:
        yield server, certificate


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: tuple[Server, Path]) -> None:
    server, _ = tls
    with pytest.raises(FetchError, match="a certificate that does not hold"):
        fetch(f"https://127.0.0.1:{server.server_port}/", rules=rules_for(server))

    assert server.asked == []


def test_the_name_is_what_the_certificate_must_hold_though_an_address_is_connected_to(
    tls: tuple[Server, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = tls
    monkeypatch.setattr("reports.fetch._tls", lambda: ssl.create_default_context(cafile=certificate))
    monkeypatch.setattr(socket, "getaddrinfo", Resolver("127.0.0.1"))

    found = fetch(f"https://{NAME}:{server.server_port}/", rules=rules_for(server, hosts=frozenset({NAME})))
    assert found is not None
    with pytest.raises(FetchError, match="a certificate that does not hold"):
        fetch(f"https://127.0.0.1:{server.server_port}/", rules=rules_for(server))


# --- POST --------------------------------------------------------------------------------------------------
def test_a_question_is_posted_as_json() -> None:
    with serving(lambda handler: handler.send(b"{}")) as server:
        fetch(server.url("/v2"), rules=rules_for(server), body={"limit": 10, "query": "é"})

    asked = server.asked[0]
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    assert json.loads(asked.body) == {"limit": 10, "query": "é"}


def test_a_question_goes_on_with_a_redirect_of_the_same_host_alone() -> None:
    def answer(handler: Handler) -> None:
        handler.send(b"{}") if handler.path == "/new" else handler.send(status=308, location="/new")

    with serving(answer) as server:
        fetch(server.url("/old"), rules=rules_for(server), body={"a": 1})

    assert [(asked.method, asked.body) for asked in server.asked] == [("POST", b'{"a": 1}')] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_question_is_never_sent_to_another_host(status: int) -> None:
    with serving(lambda handler: handler.send(b"{}")) as other:
        error = reason_of(redirect_to(other.url(), status), also=frozenset({other.place}), body={"appname": "secret"})

    assert "after a POST" in str(error)
    assert other.asked == []
