"""The arithmetic through the database: the same numbers, one country or all."""

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from indicators import frames, scored
from indicators.models import Evidence, Indicator, MethodVersion, SeriesDefinition, SeriesValue
from indicators.models.score import Level
from indicators.profile import country_profile
from indicators.reference_loading import FRAMEWORK_FILE, load_framework
from indicators.scored import ScoredCountry
from people.permissions import Role
from tests import make
from tests.indicators.scoring import golden

pytestmark = pytest.mark.usefixtures("reference")
KNOWN_ON = make.NOW.date()
GOLDEN_DAY = dt.date(2025, 1, 1)
GIVEN = golden.CASES["country_full"]["input"]
EXPECTED = golden.CASES["country_full"]["expected"]


def score(*countries: str, day: dt.date = make.TODAY, known_on: dt.date = KNOWN_ON) -> list[ScoredCountry]:
    return scored.score_countries(frames.method_in_use(), countries or None, day=day, known_on=known_on)


def some_world() -> None:
    for number, iso3 in enumerate(["AFG", "MMR", "MMR", "SSD", "UKR", "MMR"]):
        country, code = make.country(iso3), make.indicator(["7.14", "1.1", "9.1"][number % 3])
        make.accepted(
            country=country, indicator=code, severity=1 + number % 4, event_on=dt.date(2020 + number % 5, 5, 1)
        )
    make.accepted(polarity=Evidence.Polarity.MITIGATION)


def close(one: object, other: object) -> None:
    """Equal to 1e-9, whatever is nested in what."""
    if dataclasses.is_dataclass(one) and dataclasses.is_dataclass(other):
        for field in dataclasses.fields(one):
            close(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple) and isinstance(other, tuple):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            close(first, second)
    else:
        assert one == (pytest.approx(other, abs=1e-9) if isinstance(other, float) else other)


def test_a_view_with_earlier_knowledge_sees_nothing_that_became_known_later() -> None:
    """Neither in the score nor in its change, its level or its lines."""
    make.accepted(event_on=dt.date(2023, 5, 1), known_on=dt.date(2023, 6, 1))
    (before,) = score("MMR", known_on=dt.date(2024, 1, 1))
    make.accepted(event_on=dt.date(2023, 11, 1), known_on=dt.date(2024, 2, 1))

    (after,) = score("MMR", known_on=dt.date(2024, 1, 1))

    close(after, dataclasses.replace(before, input_digest=after.input_digest))


def test_a_country_alone_scores_as_in_the_batch() -> None:
    some_world()
    batch = {country.iso3: country for country in score()}

    assert sorted(batch) == ["AFG", "MMR", "SSD", "UKR"]
    for iso3, together in batch.items():
        close(score(iso3)[0], together)
    assert not score("NAM")[0].assessed


def test_other_countries_do_not_matter() -> None:
    make.accepted()
    before = score("MMR")[0]

    some_world_elsewhere = [make.accepted(country=make.country(iso3)) for iso3 in ("AFG", "UKR")]

    assert some_world_elsewhere
    close(score("MMR")[0], before)


def golden_catalogue(folder: Path) -> None:
    data = json.loads(FRAMEWORK_FILE.read_text(encoding="utf-8"))
    codes = golden.SMALL.entries()
    for factor in data["factors"]:
        mine = [entry for entry in codes if entry["factor"] == factor["number"]]
        factor["indicators"] = [
            {"code": e["id"], "label": e["id"], "description": "made up", "nature": e["nature"],
             "number_confirmed": False, "number_confidence": "low"} for e in mine
        ]  # fmt: skip
    path = folder / "golden.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    framework = load_framework(at=make.NOW, path=path)
    goalposts = {
        f"golden-{row['indicator'].replace('.', '-')}": {
            key: row[key] for key in ("indicator", "lo", "hi", "direction")
        }
        | {"log": row.get("log", False)}
        for row in GIVEN["series"]
    }
    parameters = golden.parameters(golden.CASES["country_full"])
    MethodVersion.objects.create(
        formula="FA-1.0.0", framework=framework, parameters=json.loads(parameters.canonical_json()),
        goalposts=goalposts, sha256="0" * 64, published_at=make.NOW + dt.timedelta(days=1),
    )  # fmt: skip


def golden_rows() -> None:
    at, admin = dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC), make.person(Role.ADMIN)
    for row in GIVEN["observations"]:
        make.accepted(
            by=admin, at=at, indicator=Indicator.objects.in_use().get(code=row["indicator"]), severity=row["severity"],
            family=make.family(row["family"]), reliability=row["grade"][0], credibility=int(row["grade"][1]),
            event_on=dt.date.fromisoformat(row["event_date"]), known_on=dt.date.fromisoformat(row["known_at"]),
            event_key=row["event_id"], polarity=row.get("polarity", 1),
        )  # fmt: skip
    for row in GIVEN["series"]:
        code = row["indicator"]
        definition = SeriesDefinition.objects.create(
            slug=f"golden-{code.replace('.', '-')}", title="T", unit="u", indicator_code=code, reader="r", column="c",
            lo=row["lo"], hi=row["hi"], is_log=False, direction=1, why="made up", author="A", next_review_on=GOLDEN_DAY,
        )  # fmt: skip
        SeriesValue.objects.create(
            definition=definition, country=make.country(), report=make.report(), territory="1", value=row["value"],
            period_end=dt.date.fromisoformat(row["period_end"]), known_at=f"{row['known_at']}T00:00:00Z",
        )  # fmt: skip


@pytest.fixture
def golden_country(tmp_path: Path, reference: None) -> None:
    golden_catalogue(tmp_path)
    golden_rows()


@pytest.mark.usefixtures("golden_country")
def test_the_golden_country_scores_the_same_through_the_database() -> None:
    (found,) = score("MMR", day=GOLDEN_DAY, known_on=GOLDEN_DAY)
    near: dict[str, Any] = {"abs": golden.FILE["tolerance"], "rel": 0}

    assert dict(zip(EXPECTED["R"], found.by_profile, strict=True)) == pytest.approx(EXPECTED["R"], **near)
    assert found.overall == pytest.approx(EXPECTED["overall"], **near)
    assert found.coverage == pytest.approx(EXPECTED["coverage"], **near)
    assert list(found.factors) == pytest.approx(list(EXPECTED["F"].values()), **near)
    assert list(found.factor_coverage) == pytest.approx(list(EXPECTED["K"].values()), **near)
    assert found.profile == EXPECTED["profile"]


@pytest.mark.usefixtures("golden_country")
def test_the_golden_countrys_page_gives_the_golden_reasons() -> None:
    page = country_profile(make.country(), day=GOLDEN_DAY, known_on=GOLDEN_DAY, is_current=False, user=AnonymousUser())

    found = sorted((row.factor, row.indicator_code, row.kind, round(row.points, 8)) for row in page.reasons)
    wanted = sorted((r["factor"], r["indicator"], r["kind"], round(r["points"], 8)) for r in EXPECTED["contributions"])
    assert [row[:3] for row in found] == [row[:3] for row in wanted]
    assert [row[3] for row in found] == pytest.approx([row[3] for row in wanted], abs=1e-7)


def test_what_nobody_looked_at_is_not_assessed_and_has_no_lines() -> None:
    (found,) = score("NAM")

    assert (found.assessed, found.lines, found.change_90, found.evidence_count) == (False, (), None, 0)


def test_a_sign_looked_for_and_not_found_is_assessed_and_no_risk() -> None:
    make.accepted(severity=Evidence.Severity.ABSENT)
    (found,) = score("MMR")

    assert (found.assessed, found.overall) == (True, 0)
    assert found.coverage > 0


def test_little_evidence_is_undetermined_and_never_minimal() -> None:
    make.accepted(severity=1)
    (found,) = score("MMR")

    assert (found.level, found.shown_level) == (Level.MINIMAL, Level.UNDETERMINED)
    assert found.coverage < 0.5


def test_what_was_known_later_does_not_change_an_earlier_day() -> None:
    make.accepted(event_on=dt.date(2024, 1, 1), known_on=dt.date(2024, 2, 1))
    before = score("MMR", day=dt.date(2024, 3, 1), known_on=dt.date(2024, 3, 1))[0]

    make.accepted(event_on=dt.date(2024, 1, 1), known_on=dt.date(2024, 3, 2))
    make.accepted(event_on=dt.date(2024, 3, 2), known_on=dt.date(2024, 3, 2))

    after = score("MMR", day=dt.date(2024, 3, 1), known_on=dt.date(2024, 3, 1))[0]
    close(dataclasses.replace(after, input_digest=""), dataclasses.replace(before, input_digest=""))


def test_with_hindsight_the_same_day_knows_more() -> None:
    make.accepted(event_on=dt.date(2024, 1, 1), known_on=dt.date(2024, 3, 2))
    day = dt.date(2024, 3, 1)

    assert score("MMR", day=day, known_on=day)[0].assessed is False
    assert score("MMR", day=day, known_on=dt.date(2024, 3, 2))[0].overall > 0


def test_the_last_point_of_a_line_is_the_score_itself() -> None:
    some_world()
    (found,) = score("MMR")
    hindsight, known_then = found.lines

    assert (hindsight.line, known_then.line) == ("hindsight", "known_then")
    assert (hindsight.days[-1], hindsight.levels[-1]) == (make.TODAY, found.level)
    assert hindsight.overall[-1] == pytest.approx(found.overall, abs=1e-9)
    assert {len(hindsight.days)} == {len(hindsight.overall), len(hindsight.coverage)} == {len(hindsight.shown_levels)}
