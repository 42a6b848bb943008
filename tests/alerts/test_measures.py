"""The catalogue of measures: its file, its rows, and what is drawn from it."""

import datetime as dt
from pathlib import Path

import pytest

from alerts.models import Lever, Measure, Response
from alerts.situations.can_be_done import CanBeDone, can_be_done, measures_for, said
from alerts.situations.measure_loading import load_measures
from alerts.situations.measures import FILE, SPHERES, TIMINGS, CatalogueError, read_catalogue
from indicators.models import Factor
from tests import make
from tests.alerts import ledgers, outbox

DAY = make.TODAY


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "measures.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_catalogue_reads_and_addresses_every_risk_factor_while_a_risk_shows() -> None:
    catalogue = read_catalogue()

    timely = [measure for measure in catalogue if {"emerging", "ongoing"} & set(measure.timings)]
    assert {factor for measure in timely for factor in measure.factors} == set(range(1, 15))
    assert all("¶" in measure.paragraphs for measure in catalogue if measure.code != "other")


def test_the_files_words_are_those_of_the_rows() -> None:
    assert (tuple(Measure.Timing.values), tuple(Measure.Sphere.values)) == (TIMINGS, SPHERES)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("factors = [3, 6]", "factors = [3, 15]", "15"),
        ('timings = ["latent", "aftermath"]', 'timings = ["soon"]', "latent, emerging, ongoing, aftermath"),
        ('code = "assess-regularly"', 'code = "commit-and-plan"', "each code once"),
        ('author = "The founding engineers"', 'author = ""', "author"),
        ("next_review_on = 2027-06-30", 'next_review_on = "soon"', "a day such as"),
        ('code = "other"', 'code = "others"', "others, factors: found none"),
        ("pillars = [1]", "pillar = [1]", "no 'pillars'"),
        ("[[form]]", "[[form", "no valid TOML"),
    ],
)
def test_a_fault_in_the_file_is_said_with_what_was_wanted(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    with pytest.raises(CatalogueError, match=wanted):
        read_catalogue(changed(tmp_path, old, new))


def test_a_file_needs_a_measure_for_what_fits_no_kind(tmp_path: Path) -> None:
    path = tmp_path / "measures.toml"
    path.write_text(
        FILE.read_text(encoding="utf-8").partition('[[form]]\nname = "Another measure"')[0], encoding="utf-8"
    )

    with pytest.raises(CatalogueError, match="fits no kind"):
        read_catalogue(path)


@pytest.mark.usefixtures("reference")
def test_loading_twice_changes_nothing_and_a_newer_file_corrects(tmp_path: Path) -> None:
    before = list(Measure.objects.order_by("order").values_list("code", "title"))
    load_measures()
    assert list(Measure.objects.order_by("order").values_list("code", "title")) == before

    load_measures(path=changed(tmp_path, 'code = "local-mediation"', 'code = "mediate-locally"'))

    offered = dict(Measure.objects.values_list("code", "is_offered"))
    assert (offered["local-mediation"], offered["mediate-locally"]) == (False, True)
    load_measures()
    assert Measure.objects.get(code="local-mediation").is_offered


@pytest.mark.usefixtures("reference")
def test_a_measure_that_was_taken_keeps_its_meaning(tmp_path: Path) -> None:
    row = Measure.objects.get(code="good-offices")
    Response.objects.create(
        situation=outbox.situation(), measure=row, actor="A body", text="It offered.", decided_on=DAY,
        status="planned", entered_at=make.NOW,
    )  # fmt: skip
    path = changed(tmp_path, 'title = "Offer good offices and mediation"', 'title = "Something else"')

    with pytest.raises(CatalogueError, match='same_as = "good-offices"'):
        load_measures(path=path)

    path.write_text(path.read_text().replace('title = "Something else"', 'title = "X"\nsame_as = "good-offices"'))
    load_measures(path=path)
    assert Measure.objects.get(code="good-offices").title == "X"


@pytest.mark.usefixtures("reference")
def test_measures_address_the_weightiest_factors_first_and_none_stands_twice() -> None:
    found = measures_for([14, 7, 9])

    codes = [one.measure.code for one in found]
    assert 14 in found[0].factors
    assert len(codes) == len(set(codes)) == 6
    assert measures_for([]) == ()
    assert all({"emerging", "ongoing"} & set(one.measure.timings) for one in found)


@pytest.mark.usefixtures("reference")
def test_a_draft_names_measures_and_the_next_dates_and_says_which_are_not_certain() -> None:
    ledgers.lever(title="The mandate ends", is_estimated=True)
    ledgers.lever(title="It was over", day=DAY - dt.timedelta(days=1))

    text = said(can_be_done([10], country_id=make.country().pk, situation_id=None, day=DAY))

    assert "brief the Security Council or the Human Rights Council (¶35, 59, 66)" in text
    assert text.endswith("Dates to use: The mandate ends (about 12 July 2024).")
    assert said(CanBeDone((), ())) == "No measure is on record."


@pytest.mark.usefixtures("reference")
def test_every_factor_that_a_measure_names_is_one_of_the_framework() -> None:
    named = {factor for row in Measure.objects.all() for factor in row.factors}

    assert named <= set(Factor.objects.values_list("number", flat=True))


@pytest.mark.parametrize(
    ("first", "last", "is_estimated", "said"),
    [
        (dt.date(2024, 7, 12), dt.date(2024, 7, 12), False, "12 July 2024"),
        (dt.date(2024, 7, 12), dt.date(2024, 7, 12), True, "about 12 July 2024"),
        (dt.date(2024, 4, 1), dt.date(2024, 4, 30), True, "April 2024"),
        (dt.date(2024, 2, 1), dt.date(2024, 3, 31), False, "February 2024 to March 2024"),
        (dt.date(2024, 4, 1), dt.date(2024, 4, 29), False, "1 April 2024 to 29 April 2024"),
    ],
)
def test_a_lever_says_its_days_in_words(first: dt.date, last: dt.date, is_estimated: bool, said: str) -> None:
    assert Lever(first_day=first, last_day=last, is_estimated=is_estimated).when == said
