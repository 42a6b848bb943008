"""The two ways from rows to the arithmetic: columns by COPY, and loaded rows; they must never differ."""

import dataclasses
import datetime as dt
import io
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.db.models import F, Value

from indicators import coding, copy_out, evidence_table, frames
from indicators.models import Evidence
from people.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(days=3)
NAMES = ["", "plain", "tab\there", "back\\slash", "line\nend", "the \\n of two characters", "öäü 人", "zzz"]


def some_evidence() -> None:
    for number, name in enumerate(NAMES):
        for iso3, code in (("MMR", "7.14"), ("SDN", "1.1")):
            make.accepted(
                country=make.country(iso3), indicator=make.indicator(code), event_key=name, admin1=NAMES[-1 - number],
                severity=number % 5, polarity=(1, -1)[number % 2], reliability="ABCDEF"[number % 6],
                credibility=1 + number % 6, family=make.family(f"body-{number % 3}"),
            )  # fmt: skip
    gone = Evidence.objects.latest("pk")
    coding.retract(evidence_id=gone.pk, by=make.person(Role.ADMIN), reason="made up", at=LATER)
    make.proposed()


def by_loaded_rows(method: frames.Method, countries: tuple[str, ...]) -> frames.Inputs:
    rows = Evidence.objects.ever_accepted().filter(country__iso3__in=countries)
    loaded = rows.select_related("country", "indicator", "family")
    return frames.assembled(map(frames.evidence_tuple, loaded), [], method, countries)


@pytest.mark.parametrize("countries", [("MMR", "SDN"), ("SDN",), ("SDN", "AFG", "MMR"), ("AFG",)])
def test_columns_by_copy_are_the_loaded_rows(countries: tuple[str, ...]) -> None:
    some_evidence()
    method = frames.method_in_use()

    copied, loaded = frames.inputs(method, countries), by_loaded_rows(method, countries)

    assert (copied.countries, copied.digests) == (loaded.countries, loaded.digests)
    for field in dataclasses.fields(copied.evidence):
        one, other = getattr(copied.evidence, field.name), getattr(loaded.evidence, field.name)
        assert np.array_equal(one, other), field.name


def test_all_countries_with_any_evidence_come_in_alphabetical_order() -> None:
    some_evidence()

    assert frames.inputs(frames.method_in_use()).countries == ("MMR", "SDN")


def test_what_became_known_later_or_is_named_is_left_out() -> None:
    early = make.accepted(known_on=dt.date(2024, 6, 1))
    late = make.accepted(known_on=dt.date(2024, 6, 2))
    method = frames.method_in_use()

    assert frames.inputs(method, known_by=dt.date(2024, 6, 1)).evidence.row_id.tolist() == [early.pk]
    assert frames.inputs(method, without={early.pk}).evidence.row_id.tolist() == [late.pk]


def test_a_reading_takes_four_queries_however_much_there_is(django_assert_num_queries: object) -> None:
    method = frames.method_in_use()
    some_evidence()

    with django_assert_num_queries(4):  # type: ignore[operator]  # numbers, texts with links, voices, series
        frames.inputs(method)


def test_an_empty_column_is_refused_and_not_read_as_a_number() -> None:
    make.accepted()

    with pytest.raises(copy_out.CopyError, match="no NULL"):
        copy_out.numbers(Evidence.objects.all(), {"retracted": copy_out.Number("retracted_at__year")})


def test_texts_with_one_number_are_told_apart_by_another_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    some_evidence()
    columns: dict[str, tuple[Any, str, Any]] = {
        "event": (Evidence.objects.all(), "event_key", Value(7)),
        "number": (Evidence.objects.all(), "admin1", F("pk")),
    }
    texts = copy_out.texts(columns)
    monkeypatch.setattr(copy_out, "hashed", lambda field, seed: Value(seed))

    assert texts["event"] is None
    assert texts["number"] is not None
    with pytest.raises(evidence_table.CollisionError, match="3 seeds"):
        frames.inputs(frames.method_in_use())


def test_an_answer_that_is_cut_short_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    make.accepted()
    whole = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY (SELECT 1::bigint) TO STDOUT (FORMAT binary)", whole)
    monkeypatch.setattr(copy_out, "_copied", lambda rows, binary: memoryview(whole.getvalue()[:-2]))

    with pytest.raises(copy_out.CopyError, match="to its end"):
        copy_out.numbers(Evidence.objects.all(), {"pk": copy_out.Number("pk")})
