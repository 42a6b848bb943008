"""A taken port is refused with its holder and a way on, or stepped over when nobody asked for it."""

import os
import socket
from collections.abc import Iterator

import pytest

from r2p_dashboard.local import ports
from r2p_dashboard.local.messages import LocalError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_asked_for_and_taken_is_refused_with_its_holder(taken: int) -> None:
    with pytest.raises(LocalError) as refusal:
        ports.choose(taken)

    assert f"port {taken} on 127.0.0.1 is taken by" in refusal.value.found
    assert f"process {os.getpid()}" in refusal.value.found
    assert "make run PORT=" in refusal.value.todo


def test_without_a_wish_the_next_free_port_is_taken(taken: int) -> None:
    chosen = ports.choose(None, default=taken)

    assert taken < chosen < taken + 50
    assert ports.is_free(chosen)


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80.5", "²"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(LocalError, match="1 to 65535"):
        ports.wanted(text)


@pytest.mark.parametrize(("text", "port"), [("", None), (" ", None), ("8001", 8001)])
def test_a_wish_is_read(text: str, port: int | None) -> None:
    assert ports.wanted(text) == port


def test_nobody_holds_a_free_port(taken: int) -> None:
    assert ports.holder_of(ports.choose(None, default=taken)) is None
