"""The interval along the hindsight line: year ends with the run, month ends afterwards."""

import datetime as dt

import pytest

from indicators import bands, frames
from indicators.beside import bands_of
from indicators.models import Band, History
from indicators.profile import country_profile
from indicators.scored import given_of
from people.permissions import Role
from tests import make
from tests.indicators.rescoring import LATER, NEXT_DAY, alter, publish, run_all, run_changed, standing

pytestmark = pytest.mark.usefixtures("reference")


def three_years() -> None:
    for year in (2021, 2022, 2023):
        make.accepted(event_on=dt.date(year, 5, 1), known_on=dt.date(year, 6, 1), severity=2)


def fill(at: dt.datetime = LATER) -> None:
    while bands.waiting().exists():
        assert bands.fill_waiting(at=at)


def days_of(part: str) -> list[dt.date]:
    return Band.objects.get(snapshot=standing(), part=part).days


def test_a_run_stores_the_year_ends_and_its_day() -> None:
    three_years()
    run_changed(make.NOW)

    assert days_of("years") == [dt.date(2021, 12, 31), dt.date(2022, 12, 31), dt.date(2023, 12, 31), make.TODAY]
    last = Band.objects.get()
    assert (last.low[-1], last.high[-1]) == (standing().interval_low, standing().interval_high)
    assert all(low <= high for low, high in zip(last.low, last.high, strict=True))


def test_the_stage_fills_every_other_month_end_once() -> None:
    three_years()
    run_all()
    assert bands.waiting().count() == 1

    fill()
    before = Band.objects.count()

    assert (bands.fill_waiting(at=LATER), Band.objects.count()) == (0, before)
    line = History.objects.get(snapshot=standing(), line="hindsight")
    assert sorted([*days_of("years"), *days_of("months")]) == line.days


def test_months_further_back_than_ten_years_keep_the_band_of_their_year() -> None:
    make.accepted(event_on=dt.date(2010, 5, 1), known_on=dt.date(2010, 6, 1))
    run_changed(make.NOW)
    fill()

    assert (days_of("years")[0].year, days_of("months")[0]) == (2010, dt.date(2014, 6, 30))


def test_a_band_is_what_its_inputs_give_wherever_it_was_taken_from() -> None:
    three_years()
    run_changed(make.NOW)
    fill()
    run_all(NEXT_DAY)
    fill(NEXT_DAY)
    method, snapshot = frames.method_in_use(), standing()
    given = given_of(method, frames.inputs(method, ["MMR"]), known_on=snapshot.known_on)

    for band in Band.objects.filter(snapshot=snapshot):
        again = bands_of(given, {0: band.days}, known_on=snapshot.known_on)[0]
        pairs = list(zip(band.low, band.high, strict=True))
        assert pairs == [pytest.approx(again[day], abs=1e-9) for day in band.days]


def test_what_the_same_rows_gave_before_is_taken_over() -> None:
    three_years()
    run_all()
    fill()
    months = Band.objects.get(part="months")
    alter(months, low=[0.125] * len(months.days))

    run_all(NEXT_DAY)
    fill(NEXT_DAY)

    assert Band.objects.get(snapshot=standing(), part="months").low == [0.125] * len(months.days)


def test_new_rows_make_a_new_band() -> None:
    three_years()
    run_changed(make.NOW)
    fill()
    months = Band.objects.get(part="months")
    alter(months, low=[0.125] * len(months.days))
    make.accepted(event_on=dt.date(2021, 5, 1), indicator=make.indicator("9.1"))

    run_changed(LATER)
    fill()

    assert 0.125 not in Band.objects.get(snapshot=standing(), part="months").low


def test_every_published_method_has_its_bands() -> None:
    three_years()
    run_all()
    publish(F_target=0.9)
    run_all(LATER)
    fill()

    assert Band.objects.filter(part="months").count() == 2


def test_the_profile_has_the_band_on_its_hindsight_line_alone() -> None:
    three_years()
    run_changed(make.NOW)
    fill()

    page = country_profile(
        make.country(), day=make.TODAY, known_on=make.NOW.date(), is_current=True, user=make.person(Role.READER)
    )

    lines = {line.key: line for line in page.history}
    assert set(lines["hindsight"].band) == set(lines["hindsight"].days)
    assert lines["known_then"].band == {}
