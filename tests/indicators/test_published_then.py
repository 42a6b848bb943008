"""What was published at the time: no later knowledge changes it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import methods
from indicators.models import MethodVersion
from indicators.published_then import as_published, method_on, stood_on
from tests import make
from tests.indicators.rescoring import LATER, publish, retract, run_all, run_changed, standing

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)


def test_what_stood_at_the_end_of_a_day_is_the_last_that_was_published_by_then() -> None:
    row = make.accepted()
    run_all()
    make.accepted(indicator=make.indicator("9.1"))
    run_changed(LATER)
    evening = standing()
    retract(row, make.NOW + 2 * DAY)
    run_changed(make.NOW + 2 * DAY)

    days = [make.NOW.date() + DAY * number for number in (-1, 0, 1, 2)]
    found = [stood_on(make.country(), day=day) for day in days]

    assert found == [None, evening, evening, standing()]


def test_a_line_has_a_point_for_each_day_on_which_something_was_published() -> None:
    make.accepted()
    run_all()
    make.accepted(indicator=make.indicator("9.1"), at=make.NOW + DAY)
    run_changed(make.NOW + DAY)
    run_all(make.NOW + DAY + dt.timedelta(hours=1))

    points = as_published(make.country(), until=make.NOW.date() + 5 * DAY)

    assert [point.day for point in points] == [make.NOW.date(), make.NOW.date() + DAY]
    assert points[0].snapshot.overall < points[1].snapshot.overall == standing().overall
    assert len(as_published(make.country(), until=make.NOW.date())) == 1


def test_it_follows_the_method_that_was_in_use_then() -> None:
    make.accepted()
    run_all()
    old = MethodVersion.objects.get()
    new = publish(make.NOW + DAY, F_target=0.9)
    run_all(make.NOW + DAY)
    methods.retire(sha256=new.sha256, at=make.NOW + 2 * DAY)
    run_all(make.NOW + 3 * DAY)

    points = as_published(make.country(), until=make.NOW.date() + 9 * DAY)

    assert [point.snapshot.method for point in points] == [old, new, old]
    assert [point.day.day for point in as_published(make.country(), until=points[-1].day, method=new)] == [2]
    assert [method_on(make.NOW.date() + DAY * number) for number in (-1, 0, 1, 2, 3)] == [None, old, new, old, old]


def test_while_a_method_was_retired_another_was_in_use_also_when_it_was_brought_back() -> None:
    make.accepted()
    run_all()
    old = MethodVersion.objects.get()
    new = publish(make.NOW + DAY, F_target=0.9)
    run_all(make.NOW + DAY)
    methods.retire(sha256=new.sha256, at=make.NOW + 2 * DAY)
    run_all(make.NOW + 3 * DAY)
    methods.bring_back(sha256=new.sha256)
    run_all(make.NOW + 5 * DAY)

    days = [make.NOW.date() + DAY * number for number in range(6)]
    stood = [stood_on(make.country(), day=day) for day in days]

    assert [method_on(day) for day in days] == [old, new, old, old, old, new]
    assert [one and one.method for one in stood] == [old, new, old, old, old, new]


def test_both_are_one_query_however_much_was_published(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make.accepted()
    for number in range(4):
        run_all(make.NOW + number * DAY)
    country, last = make.country(), standing()

    with django_assert_num_queries(1):
        assert len(as_published(country, until=make.NOW.date() + 9 * DAY)) == 4
    with django_assert_num_queries(1):
        assert stood_on(country, day=make.NOW.date() + 9 * DAY) == last


def get(client: Client, address: str) -> Any:
    answer = client.get(f"/api/v1/countries/MMR/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_api_says_what_stood_beside_what_is_known_now(client: Client) -> None:
    make.accepted()
    run_all()
    stored = standing()
    make.accepted(indicator=make.indicator("9.1"), at=make.NOW + DAY)
    run_changed(make.NOW + DAY)

    then = get(client, "score/?as_of=2024-06-30&known_at=2024-07-01")

    assert then["index"] > then["published_then"]["index"] == stored.overall
    assert then["published_then"]["run"]["id"] == stored.run_id
    assert then["published_then"]["as_of"] == "2024-06-30"
    assert then["published_then"]["method"]["sha256"] == stored.method.sha256
    assert get(client, "score/?as_of=2024-06-29")["published_then"] is None
    assert get(client, "score/")["published_then"]["index"] == standing().overall


def test_the_api_gives_the_line_of_what_was_published(client: Client) -> None:
    make.accepted()
    run_all()
    make.accepted(indicator=make.indicator("9.1"), at=make.NOW + DAY)
    run_changed(make.NOW + DAY)

    line = get(client, "history/?line=published_then")

    assert (line["line"], line["count"]) == ("published_then", 2)
    assert [row["day"] for row in line["results"]] == ["2024-07-01", "2024-07-02"]
    assert {row["valid_day"] for row in line["results"]} == {"2024-06-30"}
    assert line["results"][-1]["index"] == standing().overall
    assert line["results"][-1]["interval"]["low"] == standing().interval_low
    assert get(client, "history/?line=published_then&as_of=2024-06-15")["results"] == []
