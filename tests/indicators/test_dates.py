"""The latest day that a text names."""

import datetime as dt
import time

import pytest

from indicators.matching.dates import day_in, latest_day

PUBLISHED = dt.date(2024, 5, 24)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("on 21 May 2024", "2024-05-21"),
        ("On 16 and 19 April the laboratory", "2024-04-19"),
        ("since April 2023", "2023-04-01"),
        ("since April 2023, and on 16 and 19 April", "2024-04-19"),
        ("on 2024-05-21 and 2024-13-45", "2024-05-21"),
        ("March 3, 2024", "2024-03-03"),
        ("Le 3 avril 2024, des hommes armés", "2024-04-03"),
        ("le 1er mai, à l’aube", "2024-05-01"),
        ("El 5 de mayo de 2024", "2024-05-05"),
        ("3 апреля 2024 года", "2024-04-03"),
        ("2024年4月3日", "2024-04-03"),
        ("the 3rd of March 2024", "2024-03-03"),
        ("between 9 and 21 July 2022", "2022-07-21"),
        ("from 7–16 January", "2024-01-16"),
        ("on 12 December", "2023-12-12"),
        ("from 9 October to 4 December 2015", "2015-12-04"),
        ("on 30 November and 5 January 2016", "2016-01-05"),
        ("on 1 June 2024, after 3 May 2024", "2024-05-03"),
    ],
)
def test_the_latest_day_that_is_not_after_publication_is_found(text: str, wanted: str) -> None:
    assert day_in(text, published_on=PUBLISHED) == dt.date.fromisoformat(wanted)


@pytest.mark.parametrize(
    "text", ["", "in May", "they may 5 times", "31 February 2024", "on 1 June 2024", "1.5 March", "2019"]
)
def test_where_no_day_is_named_none_is_made_up(text: str) -> None:
    assert day_in(text, published_on=PUBLISHED) is None


def test_a_month_is_told_from_a_day() -> None:
    month, day = (latest_day(text, published_on=PUBLISHED) for text in ("in April 2023", "on 1 April 2023"))

    assert (month and month.precision, day and day.precision) == ("month", "day")


def test_a_text_of_numbers_is_read_in_linear_time() -> None:
    start = time.perf_counter()
    day_in("12 and " * 20_000 + "1, 2, 3, " * 10_000, published_on=PUBLISHED)

    assert time.perf_counter() - start < 1
