"""How much the only open socket takes, and how long it waits, against a real server."""

import gzip
import time

import pytest

from reports.fetch import FetchError, fetch
from tests.reports.asking import answered, reason_of, rules_for
from tests.reports.serving import Handler, serving


def test_an_answer_that_says_it_is_too_large_is_not_read() -> None:
    error = reason_of(lambda handler: handler.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nx"))

    assert str(error) == "answer: found more than 0.0954 MB; wanted at most that"
    assert not error.is_transient


def endless(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not handler.server.over.is_set():
        handler.raw(b"x" * 10_000)


def test_an_answer_without_an_end_is_cut_at_the_cap() -> None:
    assert "found more than" in str(reason_of(endless))


def test_a_bomb_is_cut_at_the_cap_of_what_comes_out() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000

    assert "found more than" in str(reason_of(lambda handler: handler.send(bomb, content_encoding="gzip")))


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b"made-up words " * 1000)
    found = answered(lambda handler: handler.send(packed, content_encoding="gzip"))

    assert found is not None
    assert found.payload == b"made-up words " * 1000


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "gzip", "gzip that breaks off"),
        (b"plain", "gzip", "no gzip"),
        (gzip.compress(b"x", mtime=0) + b"more", "gzip", "more after the end"),
        (b"x", "br", "an encoding that was not asked for"),
        (b"x", "gzip, gzip", "an encoding that was not asked for"),
    ],
)
def test_bytes_that_are_not_what_they_say_are_refused(body: bytes, encoding: str, reason: str) -> None:
    assert reason in str(reason_of(lambda handler: handler.send(body, content_encoding=encoding)))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly ",
        b"no HTTP at all\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_breaks_off_is_not_taken_for_whole(answer: bytes) -> None:
    error = reason_of(lambda handler: handler.raw(answer))

    assert "breaks off or is no HTTP" in str(error)
    assert error.is_transient


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b""])
def test_a_slow_drip_ends_with_the_time_for_the_whole(start: bytes) -> None:
    def drip(handler: Handler) -> None:
        handler.raw(start)
        while not handler.server.over.wait(0.05):
            handler.raw(b"x" if start else b"")

    before = time.monotonic()
    error = reason_of(drip, seconds=0.4)

    assert str(error) == "answer: found none that was whole within 0.4 seconds; wanted one"
    assert error.is_transient
    assert time.monotonic() - before < 4


def test_a_server_that_is_not_there_may_come_back() -> None:
    with serving(lambda handler: None) as server:
        rules = rules_for(server)
    with pytest.raises(FetchError, match="that it was refused") as refused:
        fetch(server.url(), rules=rules)

    assert refused.value.is_transient


def test_https_to_a_server_that_speaks_none_is_an_error() -> None:
    with serving(lambda handler: None) as server, pytest.raises(FetchError, match="no TLS"):
        fetch(server.url().replace("http:", "https:"), rules=rules_for(server))
