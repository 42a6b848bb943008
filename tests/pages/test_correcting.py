"""Setting a report's language and countries right: the form, its errors, undo, and what the report's page says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from countries.models import Country
from people.permissions import Role, Sensitivity
from r2p_dashboard.celery import app
from reports import correcting
from reports.models import Report, ReportCorrection
from reports.text import normal_form
from tests import make

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def nothing_rings_on() -> Iterator[None]:
    yield
    app.control.purge()


@pytest.fixture
def coder(client: Client) -> Client:
    client.force_login(make.person(Role.CODER, name="Ada"))
    return client


def page_of(report: Report) -> str:
    return f"/reports/{report.pk}/correct/"


def send(client: Client, report: Report, **said: Any) -> Any:
    data = {"language": "en", "countries": "", "reason": "", "seen": 0, "next": ""}
    return client.post(page_of(report), data | said)


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ("Chad; Sudan", ["TCD", "SDN"]),
        ("Tchad, Soudan", ["TCD", "SDN"]),
        ("السودان، تشاد", ["SDN", "TCD"]),
        ("Чад; судан", ["TCD", "SDN"]),
        ("乍得；苏丹", ["TCD", "SDN"]),
        ("NA; tcd", ["NAM", "TCD"]),
        ("Congo, Democratic Republic of the; Niger", ["COD", "NER"]),
        ("Côte d’Ivoire; cote d'ivoire", ["CIV"]),
    ],
)
def test_countries_are_named_in_any_way_that_is_understood(coder: Client, named: str, wanted: list[str]) -> None:
    report = make.report()

    assert send(coder, report, countries=named).url == f"/reports/{report.pk}/"
    assert ReportCorrection.objects.get().became == wanted


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"countries": "Congo"}, "may be"),
        ({"countries": "Atlantis; Chad"}, "Found no State called “Atlantis”"),
        ({"countries": "Boko Haram"}, "Found no State called “Boko Haram”"),
        ({"countries": "na"}, "Found no State called “na”"),
        ({"language": "xx"}, "Found none of those offered"),
        ({"seen": "x"}, "Nothing was saved"),
        ({"countries": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_saved(coder: Client, said: dict[str, str], words: str) -> None:
    answer = send(coder, make.report(), **said)

    assert answer.status_code == 400
    assert words in answer.text
    assert not ReportCorrection.objects.exists()


def test_what_the_form_shows_is_understood_when_it_is_sent_again(coder: Client) -> None:
    every = [country.iso3 for country in Country.objects.all()]
    for at in range(0, len(every), 20):
        report = make.report(countries_found=[])
        correcting.correct(report_id=report.pk, by=make.person(Role.CODER), at=make.NOW, countries=every[at : at + 20])
        shown = coder.get(page_of(report)).context["correction"]["form"].initial

        assert send(coder, report, countries=shown["countries"], seen=shown["seen"]).status_code == 302
        assert report.corrections.count() == 1


def test_it_leads_back_where_it_was_asked_for_and_nowhere_else(coder: Client) -> None:
    report = make.report()

    assert send(coder, report, language="fr", next="/suggestions/?at=7").url == "/suggestions/?at=7"
    for other in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert send(coder, report, language="fr", seen=1, next=other).status_code in {302, 409}
        page = coder.get(page_of(report), {"next": other}).text
        assert f'<a href="/reports/{report.pk}/">Back</a>' in page
        assert f'name="next" value="/reports/{report.pk}/"' in page


def test_the_second_of_two_is_told_and_what_was_typed_is_kept(coder: Client) -> None:
    report = make.report()
    send(coder, report, countries="Chad")

    answer = send(coder, report, countries="Sudan")

    assert answer.status_code == 409
    assert "corrected meanwhile (TCD)" in answer.text
    assert 'value="Sudan"' in answer.text
    assert ReportCorrection.objects.count() == 1


def test_a_correction_is_taken_back_from_the_page_once(coder: Client) -> None:
    report = make.report(countries_said=["SDN"])
    send(coder, report, countries="Chad")
    row = ReportCorrection.objects.get()
    assert f"/corrections/{row.pk}/undo/" in coder.get(page_of(report)).text

    coder.post(f"/corrections/{row.pk}/undo/", {"next": page_of(report)})
    again = coder.post(f"/corrections/{row.pk}/undo/", {"next": page_of(report)}, follow=True)

    assert "corrected meanwhile" in again.text
    assert f"/corrections/{row.pk}/undo/" not in again.text
    assert [one.became for one in ReportCorrection.objects.order_by("pk")] == [["TCD"], ["SDN"]]


@pytest.mark.parametrize(("role", "answer"), [(None, 302), (Role.READER, 403), (Role.CODER, 404), (Role.ADMIN, 302)])
def test_who_may_not_see_the_report_corrects_nothing_in_it(client: Client, role: Role | None, answer: int) -> None:
    report = make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    if role is not None:
        client.force_login(make.person(role))

    assert send(client, report, language="fr").status_code == answer
    assert ReportCorrection.objects.exists() is (role is Role.ADMIN)
    number = ReportCorrection.objects.create(
        report=report, field="language", was=["en"], became=["es"], by=make.person(), at=make.NOW
    ).pk
    assert client.post(f"/corrections/{number}/undo/").status_code == answer


def test_the_reports_page_says_what_holds_and_how_it_is_known(coder: Client) -> None:
    report = make.report(countries_found=["SDN"], language="fr", language_by="found")
    before = coder.get(f"/reports/{report.pk}/").text
    send(coder, report, language="ar", countries="Chad; Sudan", reason="Read it")
    after = coder.get(f"/reports/{report.pk}/").text

    assert normal_form(before).count("found in its title and text") == 2
    assert "French" in before
    assert "Chad, Sudan" in after
    assert after.count("set right by a person here") == 2
    coder.logout()
    assert "Ada" not in coder.get(f"/reports/{report.pk}/").text


def test_a_language_that_nobody_knows_is_called_so(coder: Client) -> None:
    report = make.report(language="und")

    assert "Unknown language" in coder.get(f"/reports/{report.pk}/").text
    assert "unknown language" in coder.get(page_of(report)).text


@pytest.mark.parametrize("count", [0, 30])
def test_the_form_asks_the_database_as_often_for_many_corrections(
    coder: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    report = make.report()
    for number in range(count):
        send(coder, report, language=("fr", "en")[number % 2], seen=0 if not number else _last())

    with django_assert_max_num_queries(9):
        coder.get(page_of(report))


def _last() -> int:
    return ReportCorrection.objects.latest("pk").pk
