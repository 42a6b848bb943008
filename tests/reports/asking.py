"""Fetching from servers of a test's own."""

import dataclasses
from typing import Any

import pytest

from reports.fetch import Fetched, FetchError, Rules, fetch
from tests.reports.serving import Server, serving

AGENT = "r2p-dashboard tests (+https://contact.test.example)"


def rules_for(*servers: Server, **changes: Any) -> Rules:
    also = frozenset(server.place for server in servers) | changes.pop("also", frozenset())
    rules = Rules(hosts=frozenset({"127.0.0.1"}), also=also, user_agent=AGENT, seconds=5, bytes_max=100_000)
    return dataclasses.replace(rules, **changes)


def answered(answer: Any, path: str = "/", *, body: dict[str, Any] | None = None, **changes: Any) -> Fetched | None:
    with serving(answer) as server:
        return fetch(server.url(path), rules=rules_for(server, **changes), body=body)


def reason_of(answer: Any, **changes: Any) -> FetchError:
    with pytest.raises(FetchError) as refused:
        answered(answer, **changes)
    return refused.value


def redirect_to(location: str, status: int = 302) -> Any:
    return lambda handler: handler.send(status=status, location=location)
