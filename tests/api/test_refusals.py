import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r2p_dashboard import api_urls
from tests import make

pytestmark = pytest.mark.usefixtures("reference")

DATED = [
    "countries/", "countries/MMR/", "scores/", "countries/MMR/score/", "countries/MMR/history/",
    "countries/MMR/contributions/", "countries/MMR/breakdown/", "countries/MMR/change/",
    "countries/MMR/change/evidence/", "countries/MMR/series/", "countries/MMR/events/",
    "countries/MMR/published/", "evidence/", "evidence/1/", "sources/", "sensitivity/",
]  # fmt: skip
UNDATED = [
    "", "framework/", "framework/indicators/", "methods/", "backtests/", "backtests/1/", "signals/", "ledger/",
    "alerts/", "alerts/1/", "alert-numbers/",
]  # fmt: skip


@pytest.mark.parametrize("path", DATED)
@pytest.mark.parametrize("name", ["as_of", "known_at"])
def test_a_day_that_is_none_is_refused(client: Client, path: str, name: str) -> None:
    answer = client.get(f"/api/v1/{path}?{name}=2024-13-45")

    assert answer.status_code == 400
    assert answer.json() == {"detail": f"{name} is '2024-13-45'; wanted a day such as 2024-06-30"}


@pytest.mark.parametrize("day", ["1944-12-31", "2999-01-01"])
def test_a_day_out_of_bounds_is_refused(client: Client, day: str) -> None:
    answer = client.get(f"/api/v1/scores/?as_of={day}")

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"as_of is {day}; wanted a day from 1945-01-01 to today")


@pytest.mark.parametrize("path", UNDATED)
def test_what_knows_no_day_refuses_one(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}?as_of=2024-06-30")

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("'as_of' is no parameter here; wanted one of ")


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("contry=MMR", "'contry' is no parameter here; wanted one of as_of, country, event_from, event_to, factor, "
         "family, format, grade, indicator, known_at, known_from, known_to, page, page_size, polarity, source, status"),
        ("country=MMR&country=MLI", "country is given 2 times; wanted once"),
        ("country=XXX", "country is 'XXX'; wanted an ISO 3166-1 alpha-3 code, such as MMR"),
        ("country=Burma", "country is 'Burma'; wanted an ISO 3166-1 alpha-3 code, such as MMR"),
        ("factor=15", "factor is '15'; wanted a whole number from 1 to 14"),
        ("indicator=x", "indicator is 'x'; wanted an indicator's code, such as 1.4"),
        ("grade=Z9", f"grade is 'Z9'; wanted one of {', '.join(f'{a}{b}' for a in 'ABCDEF' for b in range(1, 7))}"),
        ("polarity=up", "polarity is 'up'; wanted one of risk, mitigation"),
        ("status=proposed", "status is 'proposed'; wanted one of accepted, retracted"),
        ("event_from=2024-02-30", "event_from is '2024-02-30'; wanted a day such as 2024-06-30"),
        ("page_size=501", "page_size is '501'; wanted a whole number from 1 to 500"),
        ("page=last", "page is 'last'; wanted a whole number from 1"),
        ("format=xml", "format is 'xml'; wanted json or csv"),
        ("family=%00", "family is '\\x00'; wanted a family's slug: letters, digits, - and _"),
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_understood_is_refused(client: Client, query: str, detail: str) -> None:
    answer = client.get(f"/api/v1/evidence/?{query}")

    assert answer.status_code == 400
    assert answer.json() == {"detail": detail}


def test_a_refusal_is_json_where_csv_was_asked_for(client: Client) -> None:
    answer = client.get("/api/v1/evidence/?format=csv&factor=15", headers={"accept": "text/csv"})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert "Content-Disposition" not in answer


def test_a_page_beyond_the_last_is_not_found(client: Client) -> None:
    answer = client.get("/api/v1/countries/?page=9")

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("page is 9: ")


@pytest.mark.parametrize("path", ["nothing/", "countries/Burma/", "countries/MMR/nothing/", "evidence/first/"])
def test_an_address_that_is_none_is_answered_in_json(client: Client, path: str) -> None:
    for answer in (client.get(f"/api/v1/{path}"), client.post(f"/api/v1/{path}")):
        assert answer.status_code == 404
        assert answer.json() == {"detail": f"nothing at /api/v1/{path}; /api/v1/ lists what there is"}


def test_a_missing_slash_is_put_in(client: Client) -> None:
    assert client.get("/api/v1/countries/MMR").headers["Location"] == "/api/v1/countries/MMR/"


@pytest.mark.parametrize("path", [*DATED, *UNDATED, "schema/", "docs/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_written(client: Client, path: str, method: str) -> None:
    answer = getattr(client, method)(f"/api/v1/{path}")

    assert answer.status_code == 405


def test_the_paths_above_are_all_there_are() -> None:
    names = {pattern.name for pattern in api_urls.urlpatterns if pattern.name}

    assert len(names) == len([*DATED, *UNDATED, "schema/", "docs/"])


def test_a_write_without_a_token_is_refused_in_json_too() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.person())
    answer = client.post("/api/v1/evidence/?format=csv")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/json"


def test_what_somebody_signed_in_sees_is_kept_out_of_shared_caches(client: Client) -> None:
    assert "Cache-Control" not in client.get("/api/v1/evidence/")
    client.force_login(make.person())
    assert client.get("/api/v1/evidence/")["Cache-Control"] == "private, no-store"


def test_a_head_has_no_body(client: Client) -> None:
    answer = client.head("/api/v1/countries/")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("version", ["2", "32768", "0"])
def test_a_version_of_the_framework_that_is_not_here(client: Client, version: str) -> None:
    for path in ("framework/", "framework/indicators/"):
        assert client.get(f"/api/v1/{path}?version={version}").status_code in {400, 404}
        assert client.get(f"/api/v1/{path}?version=1").status_code == 200


ODD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["MMR", "1.4", "B2", "2024-06-30", "20240630", "-1", "9" * 30, "csv", "\x00", "é", "1e3", "true"]),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([*DATED, *UNDATED]),
    query=st.dictionaries(
        st.sampled_from(["as_of", "known_at", "page", "page_size", "format", "country", "factor", "indicator", "family",
                         "source", "grade", "polarity", "status", "event_from", "known_to", "line", "version"]),
        ODD,
        max_size=3,
    ),
)  # fmt: skip
def test_whatever_is_asked_is_answered_or_refused(client: Client, path: str, query: dict[str, str]) -> None:
    answer = client.get(f"/api/v1/{path}", query)

    assert answer.status_code in {200, 400, 404}
    if answer.status_code != 200:
        assert set(answer.json()) == {"detail"}
