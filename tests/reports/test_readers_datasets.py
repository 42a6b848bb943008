"""UNHCR, PTS and INFORM: good files give the numbers that are in them, every other file one named error."""

import contextlib
import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countries.reference import read_countries
from reports.readers import MEASURES, inform_risk, measuring, reader_named
from reports.readers.draft import Measured, ReaderError, ReportDraft
from tests import make
from tests.datasets import CORRUPTION, FOOD, GOVERNMENT, POVERTY, inform_csv, pts_csv, unhcr_csv

SHAPE = re.compile(r".+: found .+; wanted .+", re.DOTALL)
MYANMAR, NAMIBIA = ({row.iso3: row for row in read_countries()}[iso3] for iso3 in ("MMR", "NAM"))
UNHCR = unhcr_csv((2023, "MYA", "MMR", "BGD", 10.0, 5.0, 0.0, None))
PTS = pts_csv(("Sudan", 2023, "SDN", "5", "NA", "4"))
INFORM = inform_csv(("SDN", 2024, CORRUPTION, ("8.5", "15")))
FILES = {
    "unhcr-population": "unhcr/population_2000on.csv",
    "pts": "pts/PTS-2024.csv",
    "inform-risk": "inform_risk/inform_risk_index.csv",
}


def refusal(reader: str, payload: bytes) -> str:
    with pytest.raises(ReaderError) as refused:
        reader_named(reader)(payload)
    assert SHAPE.fullmatch(str(refused.value))
    return str(refused.value)


def values(reader: str, payload: bytes) -> dict[tuple[str, int], dict[str, float]]:
    return {(row.territory, row.period_end.year): dict(row.values) for row in measuring(reader)(payload)}


def test_displaced_people_are_summed_over_asylum_and_kinds_per_1000_inhabitants() -> None:
    payload = unhcr_csv(
        (2023, "MYA", "MMR", "BGD", 900_000.0, 100.0, 0.0, None),
        (2023, "MYA", "MMR", "MYA", 0.0, 0.0, 2_000_000.0, 50.0),
        (2022, "MYA", "MMR", "BGD", 7.0, 0.0, 0.0, None),
    )
    (newest, before) = measuring("unhcr-population")(payload)

    assert newest.note == "2,900,150 people"
    assert newest.values["displaced_per_1000"] == 2_900_150_000 / (MYANMAR.population or 0)
    assert (newest.period_end, before.period_end) == (dt.date(2023, 12, 31), dt.date(2022, 12, 31))


def test_an_origin_that_is_no_state_is_kept_for_the_list_without_a_number() -> None:
    rows = measuring("unhcr-population")(unhcr_csv((2023, "UKN", "UNK", "BGD", 10.0, 0.0, 0.0, 0.0)))

    assert rows == (Measured("UNK", "Origin UKN", dt.date(2023, 12, 31), {}, "10 people"),)


def test_a_level_is_the_mean_of_those_that_read_the_country() -> None:
    payload = pts_csv(
        ("Sudan", 2023, "SDN", "5", "5", "4"), ("Sudan", 2022, "SDN", "NA", "NA", "3"),
        ("Sudan", 2021, "SDN", "NA", "NA", "NA"),
    )  # fmt: skip

    assert values("pts", payload) == {("SDN", 2023): {"mean": 14 / 3}, ("SDN", 2022): {"mean": 3.0}}


def test_namibia_is_a_country_and_na_is_no_code() -> None:
    payload = pts_csv(("Namibia", 2023, "NAM", "1", "NA", "2"), ("Soviet Union", 1980, "NA", "4", "NA", "4"))

    assert set(values("pts", payload)) == {("NAM", 2023), ("Soviet Union", 1980)}
    assert set(values("unhcr-population", unhcr_csv((2023, "NAM", "NAM", "BOT", 1.0, 0.0, 0.0, None)))) == {
        ("NAM", 2023)
    }


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_the_scale_is_read_in_either_encoding(encoding: str) -> None:
    (row,) = measuring("pts")(pts_csv(("Türkiye", 2023, "TUR", "4", "4", "4"), encoding=encoding))

    assert row.name == "Türkiye"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("component", "raw", "score", "key"),
    [
        (CORRUPTION, "15", "8.5", "corruption"),
        (CORRUPTION, "90", "1.0", "corruption"),
        (GOVERNMENT, "-1.97706210613251", "9.0", "government"),
        (GOVERNMENT, "1.66", "1.7", "government"),
        (FOOD, "30.4", "8.5", "undernourishment"),
        (FOOD, "2.4", "0.0", "undernourishment"),
        (FOOD, "51.3", "10.0", "undernourishment"),
    ],
)
def test_of_two_numbers_under_one_name_the_measured_one_is_taken(
    component: tuple[str, str], raw: str, score: str, key: str, order: int
) -> None:
    payload = inform_csv(("SDN", 2023, component, (raw, score)[::order]), ("SDN", 2014, POVERTY, ("0.28",)))

    assert values("inform-risk", payload) == {("SDN", 2023): {key: float(raw)}, ("SDN", 2014): {"poverty": 0.28}}


@given(raw=st.integers(0, 1000).map(lambda tenths: tenths / 10), first=st.booleans())
def test_whatever_the_share_of_undernourished_its_score_is_never_taken_for_it(raw: float, first: bool) -> None:
    score = round(inform_risk.COMPONENTS["undernourishment"].score(raw), 1)
    pair = [str(raw), str(score)] if first else [str(score), str(raw)]

    found = values("inform-risk", inform_csv(("SDN", 2023, FOOD, pair)))

    assert found["SDN", 2023]["undernourishment"] == pytest.approx(raw, abs=0.051)


@pytest.mark.parametrize(
    ("reader", "payload", "known_on"),
    [
        ("unhcr-population", UNHCR, dt.date(2024, 6, 30)),
        ("pts", PTS, dt.date(2024, 12, 31)),
        ("inform-risk", INFORM, dt.date(2026, 3, 31)),
    ],
)
def test_an_edition_is_known_from_the_day_in_the_reviewed_table(reader: str, payload: bytes, known_on: dt.date) -> None:
    draft = reader_named(reader)(payload)

    assert isinstance(draft, ReportDraft)
    assert (draft.kind, draft.published_on) == ("dataset", known_on)
    assert draft.source
    assert draft.source.licence


BAD = {
    "an unlisted edition": ("unhcr-population", UNHCR.replace(b"2023.0", b"2019.0"), "newest year: found 2019"),
    "a year of letters": ("unhcr-population", UNHCR.replace(b"2023.0", b"last"), "line 2, column year: found 'last'"),
    "half a person": ("unhcr-population", UNHCR.replace(b",10.0,", b",10.5,"), "column refugees: found '10.5'"),
    "NA people": ("unhcr-population", UNHCR.replace(b",10.0,", b",NA,"), "column refugees: found 'NA'"),
    "fewer than none": ("unhcr-population", UNHCR.replace(b",10.0,", b",-1,"), "column refugees: found '-1'"),
    "a pair twice": ("unhcr-population", UNHCR + UNHCR.split(b"\n")[1] + b"\n", "MYA in BGD a second time in 2023"),
    "no origin": ("unhcr-population", UNHCR.replace(b",MMR,", b",,"), "column coo_iso: found nothing"),
    "nobody counted": ("unhcr-population", UNHCR.replace(b"10.0,5.0,9.0,0.0", b",,9.0,"), "nothing in any line"),
    "no column": ("unhcr-population", UNHCR.replace(b"idps", b"idp"), "no column 'idps'"),
    "level 6": ("pts", PTS.replace(b",5,NA,4", b",6,NA,4"), "line 2, column PTS_A: found '6'"),
    "an empty level": ("pts", PTS.replace(b",5,NA,4", b",,NA,4"), "column PTS_A: found nothing"),
    "only NA": ("pts", PTS.replace(b",5,NA,4", b",NA,NA,NA"), "NA in every line"),
    "a year twice": ("pts", PTS + PTS.split(b"\n")[1] + b"\n", "one territory twice in 2023"),
    "a spelt code": ("pts", PTS.replace(b"WordBank_Code_A", b"WorldBank_Code_A"), "no column 'WordBank_Code_A'"),
    "a small code": ("pts", PTS.replace(b",SDN,", b",sdn,"), "column WordBank_Code_A: found 'sdn'"),
    "no score": ("inform-risk", inform_csv(("SDN", 2024, CORRUPTION, ("15",))), "1 rows of .*; wanted 2"),
    "three numbers": ("inform-risk", inform_csv(("SDN", 2024, CORRUPTION, ("15", "8.5", "8.5"))), "3 rows of"),
    "a poverty score": ("inform-risk", inform_csv(("SDN", 2014, POVERTY, ("0.2", "3.0"))), "2 rows of .*; wanted 1"),
    "another scale": ("inform-risk", inform_csv(("SDN", 2024, CORRUPTION, ("15", "8.4"))), "neither is the other's"),
    "another unit": ("inform-risk", inform_csv(("SDN", 2024, (CORRUPTION[0], "x"), ("15", "8.5"))), "column Unit"),
    "beyond the scale": ("inform-risk", inform_csv(("SDN", 2014, POVERTY, ("7",))), "found '7'; wanted 0 to 1"),
    "a word": ("inform-risk", inform_csv(("SDN", 2014, POVERTY, ("much",))), "column IndicatorScore: found 'much'"),
    "nothing that is read": ("inform-risk", inform_csv(), "none of those that are read"),
    "another file": ("inform-risk", PTS, "no column 'CountryName'"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_dataset_is_refused(bad: str) -> None:
    reader, payload, found = BAD[bad]

    assert re.search(found, refusal(reader, payload))


@given(cut=st.integers(0, 400), junk=st.binary(max_size=40), reader=st.sampled_from(sorted(FILES)))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(cut: int, junk: bytes, reader: str) -> None:
    whole = {"unhcr-population": UNHCR, "pts": PTS, "inform-risk": INFORM}[reader]

    for read in (reader_named(reader), measuring(reader)):
        with contextlib.suppress(ReaderError):
            read(whole[:cut] + junk + whole[cut:])


@pytest.mark.parametrize("reader", MEASURES)
def test_a_reader_gives_what_it_says_it_measures(reader: str) -> None:
    samples = {
        "ucdp-country-year": make.ucdp_csv((775, "Myanmar", 2023, 1, 2)), "unhcr-population": UNHCR, "pts": PTS,
        "inform-risk": inform_csv(
            ("SDN", 2023, CORRUPTION, ("15", "8.5")), ("SDN", 2023, GOVERNMENT, ("-1.5", "8.0")),
            ("SDN", 2023, FOOD, ("8", "1.0")), ("SDN", 2023, POVERTY, ("0.1",)),
        ),
    }  # fmt: skip
    (row,) = measuring(reader)(samples[reader])

    assert set(row.values) == set(MEASURES[reader])


@pytest.mark.shared_data
@pytest.mark.parametrize(("reader", "countries"), [("unhcr-population", 190), ("pts", 180), ("inform-risk", 190)])
def test_the_real_files_are_read(shared_data: Path, reader: str, countries: int) -> None:
    payload = (shared_data / FILES[reader]).read_bytes()
    rows = measuring(reader)(payload)
    states = {row.iso3 for row in read_countries()}

    assert len({row.territory for row in rows} & states) > countries
    assert isinstance(reader_named(reader)(payload), ReportDraft)
    assert all(len(row.territory) <= 60 for row in rows)
