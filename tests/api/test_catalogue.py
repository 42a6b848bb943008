import datetime as dt

import pytest
from django.test import Client

from indicators.models import Framework, Indicator, MethodVersion
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")


def test_the_framework_has_fourteen_factors_with_all_indicators(client: Client) -> None:
    catalogue = client.get("/api/v1/framework/").json()

    assert catalogue["sha256"] == Framework.objects.get().sha256
    assert [factor["number"] for factor in catalogue["factors"]] == list(range(1, 15))
    assert sum(len(factor["indicators"]) for factor in catalogue["factors"]) == Indicator.objects.count()


def test_indicators_come_in_catalogue_order_and_say_whether_their_number_is_confirmed(client: Client) -> None:
    rows = given.rows_of(client, "framework/indicators/")

    assert [row["code"] for row in rows] == list(Indicator.objects.in_use().values_list("code", flat=True))
    assert {type(row["number_confirmed"]) for row in rows} == {bool}
    assert rows[0]["factor_title"]


def test_a_method_is_published_with_every_parameter(client: Client) -> None:
    method = MethodVersion.objects.get()
    row = given.rows_of(client, "methods/")[0]

    assert (row["sha256"], row["parameters"], row["goalposts"]) == (method.sha256, method.parameters, method.goalposts)
    assert row["provisional"] is True


def test_a_source_is_listed_with_its_licence_once_it_has_something_to_show(client: Client) -> None:
    make.report(source=make.source(name="Silent"))
    spoken = given.evidence(1)[0].passage.report.source
    measured = given.series_values(1)[0].report.source
    rows = given.rows_of(client, "sources/")

    assert {row["slug"] for row in rows} == {spoken.slug, measured.slug}
    assert rows[0]["licence"] == "made up"


def test_the_index_leads_everywhere(client: Client) -> None:
    index = client.get("/api/v1/").json()

    for name, address in index.items():
        if name != "note":
            assert client.get(address).status_code == 200, name


def test_a_source_is_listed_from_the_day_on_which_something_of_it_was_known(client: Client) -> None:
    make.accepted(known_on=dt.date(2024, 6, 1))

    assert given.rows_of(client, "sources/?as_of=2024-05-31") == []
    assert len(given.rows_of(client, "sources/?as_of=2024-06-01")) == 1
