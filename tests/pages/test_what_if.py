"""What if: evidence changed in the address alone, scored by the same arithmetic, stored nowhere."""

import datetime as dt
import math
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from indicators import assess, whatif
from indicators.models import Evidence, Snapshot
from people.permissions import Role, Sensitivity
from tests import make
from tests.api import given as stock

pytestmark = pytest.mark.usefixtures("reference")
PAGE = "/countries/MMR/what-if/"


def page(client: Client, *changes: str, status: int = 200) -> Any:
    """The page with these changes, each as `param=text`."""
    pairs = [change.partition("=") for change in changes]
    answer = client.get(PAGE + "?" + "&".join(f"{name}={quote(text)}" for name, _, text in pairs))
    assert answer.status_code == status, answer.text
    return answer


def overall(answer: Any) -> tuple[float, float]:
    comparison = answer.context["comparison"]
    return comparison.before.overall, comparison.after.overall


def test_without_changes_it_is_the_score_that_stands(client: Client) -> None:
    make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)
    answer = page(client)

    snapshot = Snapshot.objects.get(country__iso3="MMR")
    assert overall(answer) == (snapshot.overall, snapshot.overall)
    assert answer.context["comparison"].before.level == snapshot.shown_level


def test_a_worse_grade_lowers_the_index_and_stores_nothing(client: Client) -> None:
    row = make.accepted()
    with CaptureQueriesContext(connection, ) as queries:
        answer = page(client, f"e={row.pk}:E5")

    before, after = overall(answer)
    assert after < before
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]
    assert "made-up, saved nowhere" in answer.text
    assert answer["X-Robots-Tag"] == "noindex"
