"""The factor browser."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.models import Evidence, Factor
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def test_shows_the_fourteen_by_scope(client: Client) -> None:
    page = client.get("/factors/")

    assert page.status_code == 200
    assert [len(lines) for _, _, lines in page.context["scopes"]] == [8, 2, 2, 2]


def test_says_how_many_numbers_are_not_checked(client: Client) -> None:
    page = client.get("/factors/")

    assert f"{page.context['unconfirmed']} are recalled and not yet checked" in " ".join(page.text.split())


def test_a_factor_opens_to_its_indicators_with_what_they_mean(client: Client) -> None:
    indicator = make.indicator("7.14")

    page = client.get("/factors/7/")

    assert indicator.description in page.text
    assert "number recalled, not yet checked" in page.text
    assert "number confirmed" in page.text


@pytest.mark.parametrize("number", [13, 14])
def test_warns_that_war_crimes_presuppose_a_conflict(client: Client, number: int) -> None:
    assert "presupposes an armed conflict" in client.get(f"/factors/{number}/").text
    assert "presupposes an armed conflict" not in client.get("/factors/7/").text


def test_says_where_evidence_stands_and_links_there(client: Client) -> None:
    make.accepted()

    page = client.get("/factors/7/")

    assert page.context["where"].lines[0].codes == ("7.14",)
    assert 'href="/countries/MMR/#factor-7"' in page.text
    assert 'href="/evidence/?indicator=7.14"' in page.text
    assert 'href="/evidence/?country=MMR&amp;factor=7"' in page.text
    assert 'href="/indicators/7.14/"' in page.text
    assert 'href="/factors/7/#where"' in client.get("/factors/").text


def test_counts_only_what_the_reader_may_see(client: Client) -> None:
    make.confidential()

    assert client.get("/factors/7/").context["where"].lines == ()
    assert [line.pieces for _, _, lines in client.get("/factors/").context["scopes"] for line in lines] == [0] * 14

    client.force_login(make.person(Role.CODER))
    assert client.get("/factors/7/").context["where"].lines[0].risk == 1


def test_counts_only_what_was_known_then(client: Client) -> None:
    make.accepted()

    before = client.get("/factors/7/?as_of=2024-05-31")
    after = client.get("/factors/7/?as_of=2024-06-01")

    assert before.context["where"].lines == ()
    assert len(after.context["where"].lines) == 1
    assert "/countries/MMR/?as_of=2024-06-01" in after.text


def test_an_unknown_factor_and_an_unreadable_day_are_refused(client: Client) -> None:
    assert client.get("/factors/15/").status_code == 404
    assert client.get("/factors/7/?as_of=yesterday").status_code == 400


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        make.accepted()

    with django_assert_max_num_queries(3):
        client.get("/factors/")
    with django_assert_max_num_queries(7):
        client.get("/factors/7/")


def test_every_scope_of_the_catalogue_has_its_place(client: Client) -> None:
    shown = {line.factor.number for _, _, lines in client.get("/factors/").context["scopes"] for line in lines}

    assert shown == set(Factor.objects.values_list("number", flat=True)) == set(range(1, 15))


def test_what_is_kept_changes_with_what_it_shows_and_with_the_reader(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.accepted()
    first = client.get("/factors/7/").text
    with django_assert_max_num_queries(1):
        assert client.get("/factors/7/").text == first
    link = 'href="/countries/MLI/#factor-7"'
    hidden = make.confidential(country=make.country("MLI"))
    assert link not in client.get("/factors/7/").text

    client.force_login(make.person(Role.CODER))
    text = client.get("/factors/7/").text
    assert link in text
    assert 'href="/evidence/new/?indicator=7.14"' in text
    client.force_login(make.person(Role.READER))
    text = client.get("/factors/7/").text
    assert link not in text
    assert "/evidence/new/" not in text.partition("<main")[2]

    Evidence.objects.filter(pk=hidden.pk).update(sensitivity=Sensitivity.PUBLIC)
    Report.objects.filter(pk=hidden.passage.report_id).update(sensitivity=Sensitivity.PUBLIC)
    assert link in client.get("/factors/7/").text
    Evidence.objects.filter(pk=hidden.pk).update(
        status="retracted", retracted_at=make.NOW, retracted_by=make.person(Role.ADMIN), retraction_reason="wrong"
    )
    assert link not in client.get("/factors/7/").text
