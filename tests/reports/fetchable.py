"""Sources on servers of a test's own, and what becomes of them."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from reports.fetching import ask, fetch_waiting
from reports.models import Retrieval, Source
from tests import make
from tests.reports.serving import Handler, Server, serving

HOUR = dt.timedelta(hours=1)
Serve = Callable[..., Source]


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Makes a source on a server of its own; `source.server` is that server."""
    running: list[Any] = []

    def start(answer: Callable[[Handler], None], path: str = "/feed", **fields: Any) -> Source:
        context = serving(answer)
        server = context.__enter__()
        running.append(context)
        settings.FETCH_ALSO = frozenset({*settings.FETCH_ALSO, server.place})
        source = fetched_source(address=server.url(path), **fields)
        source.server = server  # type: ignore[attr-defined]  # for the test alone
        return source

    yield start
    for context in running:
        context.__exit__(None, None, None)


def fetched_source(**fields: Any) -> Source:
    defaults = {"reader": "feed", "address": "https://feed.test.example/", "is_on": True, "fetch_every": HOUR}
    return make.source(**(defaults | fields))


def server_of(source: Source) -> Server:
    server: Server = source.server  # type: ignore[attr-defined]  # set by `serve`
    return server


def asked(source: Source, at: dt.datetime = make.NOW) -> Retrieval:
    return ask(source=source, at=at)


def fetched(source: Source, at: dt.datetime = make.NOW) -> Retrieval:
    """What becomes of one retrieval of it."""
    retrieval = asked(source, at)
    fetch_waiting(at=at)
    retrieval.refresh_from_db()
    return retrieval


def done(source: Source, *, at: dt.datetime = make.NOW, **fields: Any) -> Retrieval:
    """One that was fetched and read."""
    defaults: dict[str, Any] = {
        "source": source, "reader": source.reader, "state": "done", "received_at": at, "finished_at": at,
        "about": {"url": source.address}, "report": make.report(source=source),
    }  # fmt: skip
    return Retrieval.objects.create(**(defaults | fields))


def rss(handler: Handler) -> None:
    handler.send(b"<rss/>", content_type="text/xml", etag='"v1"')
