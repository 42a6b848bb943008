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
        ("في ١٢ تشرين الثاني ٢٠٢٣ قُتل", "2023-11-12"),
        ("12 نوفمبر 2023", "2023-11-12"),
        ("يوم 12 تشرين الثاني/نوفمبر 2023", "2023-11-12"),
        ("12 نوفمبر (تشرين الثاني) 2023", "2023-11-12"),
        ("في 16 و19 أبريل من عام 2024", "2024-04-19"),
        ("من ٣ إلى ٥ أيار ٢٠٢٤", "2024-05-05"),
        ("من 9 أكتوبر إلى 4 ديسمبر 2015", "2015-12-04"),
        ("15 غشت 2023، 2 جويلية 2022", "2023-08-15"),
        ("في 3 آب الماضي", "2023-08-03"),
        ("منذ نيسان/أبريل 2023", "2023-04-01"),
        ("les 16 et 19 avril 2024", "2024-04-19"),
        ("du 30 novembre au 5 janvier 2016", "2016-01-05"),
        ("depuis avril 2023", "2023-04-01"),
        ("el 16 y el 19 de abril del 2024", "2024-04-19"),
        ("1.º de mayo de 2024", "2024-05-01"),
        ("desde abril de 2023", "2023-04-01"),
        ("с 3 по 5 мая 2024 года", "2024-05-05"),
        ("в апреле 2023 года", "2023-04-01"),
        ("16 и 19 апреля", "2024-04-19"),
        ("25.04.2024 г.", "2024-04-25"),
        ("4月16日和19日", "2024-04-19"),
        ("2024年4月30日至5月2日", "2024-05-02"),
        ("自2023年4月以来", "2023-04-01"),
        ("2024 年 4 月 3 日", "2024-04-03"),
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
    "text",
    [
        "",
        "in May",
        "they may 5 times",
        "31 February 2024",
        "on 1 June 2024",
        "1.5 March",
        "2019",
        "قال أب لثلاثة أطفال",
        "3月",
        "après 3 mois",
        "12个月",
        "31 نيسان 2024",
        "in 7.1.2024.5",
        "5 maisons",
    ],
)
def test_where_no_day_is_named_none_is_made_up(text: str) -> None:
    assert day_in(text, published_on=PUBLISHED) is None


def test_a_month_is_told_from_a_day() -> None:
    month, day = (latest_day(text, published_on=PUBLISHED) for text in ("in April 2023", "on 1 April 2023"))

    assert (month and month.precision, day and day.precision) == ("month", "day")


@pytest.mark.parametrize(
    "text",
    [
        "12 and " * 20_000 + "1, 2, 3, " * 10_000,
        "12 و" * 20_000,
        "3 мая " * 10_000,
        "4月3日、" * 10_000,
        "نوفمبر / " * 9_000,
    ],
)
def test_a_text_of_numbers_or_months_is_read_in_linear_time(text: str) -> None:
    start = time.process_time()
    day_in(text, published_on=PUBLISHED)

    assert time.process_time() - start < 10  # were it quadratic: minutes
