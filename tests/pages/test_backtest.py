"""The page of back-tests: limits first, figures labelled, a run asked for by who may."""

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import outcome_loading
from indicators.backtest.one_sided import Kind, Rule
from indicators.backtest.verdict import NOT_BEATEN
from indicators.models import BacktestRequest, MethodVersion
from people.permissions import Role
from tests import backtests, make
from tests.indicators.rescoring import publish

pytestmark = pytest.mark.usefixtures("reference")
RETIRED_AT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def text_of(client: Client, address: str = "/backtest/") -> str:
    """The page's words, tags and line ends dropped."""
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", client.get(address).text, flags=re.DOTALL).split())


def asked(**changes: object) -> dict[str, object]:
    return {"first": 1993, "last": 2022, "horizon": 12, "knowledge": "hindsight"} | changes


def test_says_that_nothing_has_been_tested(client: Client) -> None:
    assert "Nothing has been tested yet." in text_of(client)


def test_shows_the_limits_then_the_number_of_outcomes_then_the_verdict(client: Client) -> None:
    run = backtests.run_of()
    text = text_of(client)

    places = [
        text.index(words)
        for words in (
            "HINDSIGHT",
            "12 outcomes in 12 countries",
            f"This version, {run.method}, beats decayed one-sided deaths alone.",
            "Average precision",
        )
    ]
    assert places == sorted(places)
    assert "An onset is a calendar year with at least 100 deaths" in text
    assert "An outcome never tests its own series" in text
    assert "Not the same grid" in text


@pytest.mark.parametrize(("kind", "said"), [("onset", "are left out: nothing"), ("incidence", "going on are kept")])
def test_says_what_becomes_of_months_in_which_an_outcome_goes_on(client: Client, kind: Kind, said: str) -> None:
    backtests.loaded()
    origin, figures = outcome_loading.figures_stored()
    at = backtests.AT
    run = backtests.run_of(outcome_loading.load_derived(figures=figures, rule=Rule(kind), origin=origin, at=at)[0])

    assert said in text_of(client)
    assert bool(run.result["counts"]["ongoing_left_out"]) is (kind == "onset")


def test_every_figure_has_its_label_and_its_table(client: Client) -> None:
    backtests.run_of()
    page = client.get("/backtest/").text

    titles = re.findall(r'<h3 id="[a-z-]+-title">(.*?)</h3>', page)
    captions = re.findall(r"<caption>(.*?)</caption>", page)
    assert titles
    assert all(title.startswith("HINDSIGHT") for title in titles)
    assert captions
    assert all(caption.startswith("HINDSIGHT") for caption in captions)
    assert page.count('class="twin"') == len(titles)


def test_says_when_the_method_does_not_beat_decayed_deaths(client: Client) -> None:
    run = backtests.run_of()
    run.pk, run.input_digest = None, "f" * 64
    run.result |= {"verdict": {"beats": False, "sentence": NOT_BEATEN}}
    run.save(force_insert=True)

    assert f"This version, {run.method}, does not beat decayed one-sided deaths alone." in text_of(client)


def test_opens_with_the_method_in_use_and_marks_one_that_is_retired(client: Client) -> None:
    outcomes, old = backtests.loaded(), MethodVersion.objects.get()
    stands = backtests.run_of(outcomes, version=publish(F_target=0.9))
    newest = backtests.run_of(outcomes, version=old)
    MethodVersion.objects.filter(pk=old.pk).update(retired_at=RETIRED_AT)

    opened, asked_for = text_of(client), text_of(client, f"/backtest/?run={newest.pk}")
    marked = f"{old}, method retired on 1 September 2026"
    assert f"This version, {stands.method}, " in opened
    assert f"This version, {stands.method}, " in client.get(f"/api/v1/backtests/{stands.pk}/").json()["verdict"]
    assert opened.count(marked) == 1  # in the list
    assert f"This tests {marked}." in asked_for
    assert asked_for.count("method retired on 1 September 2026") == 3  # the list, the warning, what was tested


def test_the_latest_of_another_method_is_marked_where_the_one_in_use_has_no_run(client: Client) -> None:
    old = backtests.run_of().method
    publish(F_target=0.9)
    MethodVersion.objects.filter(pk=old.pk).update(retired_at=RETIRED_AT)

    assert f"This tests {old}, method retired on 1 September 2026." in text_of(client)


def test_what_cannot_be_tested_has_its_counts_and_no_figure(client: Client) -> None:
    backtests.run_of(knowledge="then")
    text = text_of(client)

    assert "Cannot be tested." in text
    assert (
        "0 outcomes began after a month in which their country was assessed (12 in the test years, 12 in the list)"
        in text
    )
    assert "AUC 0." not in text


def test_another_run_is_chosen_by_its_number(client: Client) -> None:
    outcomes = backtests.loaded()
    first = backtests.run_of(outcomes)
    backtests.run_of(outcomes, horizon=24)

    assert "in the 24 months before an outcome" in text_of(client)
    assert "in the 12 months before an outcome" in text_of(client, f"/backtest/?run={first.pk}")


@pytest.mark.parametrize(("run", "status"), [("x", 400), ("-1", 400), ("999999", 404), ("9" * 30, 400)])
def test_a_run_that_is_none_is_refused(client: Client, run: str, status: int) -> None:
    assert client.get(f"/backtest/?run={run}").status_code == status


def test_who_decides_evidence_may_ask_for_a_run(client: Client) -> None:
    outcomes = backtests.loaded()
    client.force_login(make.person(Role.REVIEWER))

    answer = client.post("/backtest/ask/", asked(outcomes=outcomes.pk))

    assert answer.status_code == 302
    assert "waiting for a worker" in text_of(client)
    assert BacktestRequest.objects.get().first_year == 1993


def test_without_a_list_one_is_derived_from_the_loaded_deaths(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))
    without = client.post("/backtest/ask/", asked())
    derived = backtests.loaded()

    assert (without.status_code, client.post("/backtest/ask/", asked()).status_code) == (400, 302)
    assert "no year of any country" in without.text
    assert BacktestRequest.objects.get().outcomes == derived


@pytest.mark.parametrize(("role", "status"), [(None, 302), (Role.READER, 403), (Role.CODER, 403)])
def test_nobody_else_may(client: Client, role: Role | None, status: int) -> None:
    if role:
        client.force_login(make.person(role))

    assert "Run a test" not in text_of(client)
    assert client.post("/backtest/ask/", asked(outcomes=1)).status_code == status
    assert not BacktestRequest.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"first": 2023}, "from 2023 to 2022"), ({"horizon": 6}, "6 is not one"), ({"first": 3}, "found 3")],
)
def test_a_wrong_question_is_answered_on_the_form(client: Client, changes: dict[str, object], said: str) -> None:
    outcomes = backtests.loaded()
    client.force_login(make.person(Role.ADMIN))

    answer = client.post("/backtest/ask/", asked(outcomes=outcomes.pk, **changes))

    assert answer.status_code == 400
    assert said in answer.text
    assert not BacktestRequest.objects.exists()


def test_queries_do_not_grow_with_runs(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    outcomes = backtests.loaded()
    backtests.run_of(outcomes)
    with django_assert_max_num_queries(4):
        client.get("/backtest/")
    for horizon, knowledge in ((24, "hindsight"), (12, "then"), (24, "then")):
        backtests.run_of(outcomes, horizon=horizon, knowledge=knowledge)
    with django_assert_max_num_queries(4):
        client.get("/backtest/")


def test_a_parameter_that_is_none_is_refused_with_what_was_wanted(client: Client) -> None:
    answer = client.get("/backtest/?test=999")

    assert answer.status_code == 400
    assert "&#x27;test&#x27; is no parameter here; wanted run" in answer.text
