"""What if: evidence changed in the address alone, scored by the same arithmetic, stored nowhere."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from indicators import assess
from indicators.models import Snapshot
from indicators.models.score import Level
from people.permissions import Role
from tests import make
from tests.api import given as stock

pytestmark = pytest.mark.usefixtures("reference")
PAGE = "/countries/MMR/what-if/"


def page(client: Client, *changes: str, status: int = 200) -> Any:
    """The page with these parameters, each as `name=text`."""
    pairs = [(name, text) for name, _, text in (change.partition("=") for change in changes)]
    answer = client.get(f"{PAGE}?{urlencode(pairs)}")
    assert answer.status_code == status, answer.text
    return answer


def overall(answer: Any) -> tuple[float, float]:
    comparison = answer.context["comparison"]
    return comparison.before.overall, comparison.after.overall


def test_without_changes_both_sides_are_the_score_that_stands(client: Client) -> None:
    stock.evidence(6)
    assess.score_all(at=make.NOW, day=make.TODAY)
    answer = page(client)

    snapshot = Snapshot.objects.get(country__iso3="MMR")
    assert overall(answer) == (snapshot.overall, snapshot.overall)
    assert answer.context["comparison"].before.level == snapshot.shown_level
    assert "Nothing is changed yet" in answer.text


def test_a_worse_grade_lowers_the_index_and_stores_nothing(client: Client) -> None:
    row = make.accepted()
    with CaptureQueriesContext(connection) as queries:
        answer = page(client, f"e={row.pk}:E5")

    before, after = overall(answer)
    assert after < before
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert "made-up, saved nowhere" in answer.text
    assert f"evidence {row.pk} on 7.14: grade B2 → E5" in answer.text


def test_no_search_engine_keeps_it(client: Client) -> None:
    answer = page(client)

    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_what_is_left_out_is_as_if_it_were_not_there(client: Client) -> None:
    make.accepted()
    alone = overall(page(client))[0]
    more = make.accepted(indicator=make.indicator("1.1"))
    with_more, without = overall(page(client, f"x={more.pk}"))

    assert without == alone < with_more


def test_the_same_as_if_it_had_been_accepted_so(client: Client) -> None:
    make.accepted()
    made_up = overall(page(client, "a=1.1,B2,4,2024-03-01,+,somebody"))[1]
    make.accepted(indicator=make.indicator("1.1"), severity=4, event_on=dt.date(2024, 3, 1))

    assert made_up == pytest.approx(overall(page(client))[0], abs=1e-12)


def test_with_everything_left_out_nothing_is_assessed_and_nothing_is_low(client: Client) -> None:
    row = make.accepted()
    answer = page(client, f"x={row.pk}")

    assert answer.context["comparison"].after.level is None
    assert "Not assessed any more" in answer.text
    assert {line.difference for line in answer.context["tables"].totals} == {None}


def test_a_country_without_evidence_can_be_given_some(client: Client) -> None:
    answer = page(client, "a=7.14,A1,4,2024-06-01,+,somebody")

    assert answer.context["comparison"].before.level is None
    assert answer.context["comparison"].after.level == Level.UNDETERMINED
    assert {one.line.difference for one in answer.context["tables"].factors} == {None}
    assert "there is nothing to compare with" in answer.text


def test_an_address_with_a_bare_plus_is_understood(client: Client) -> None:
    answer = client.get(f"{PAGE}?a=7.14,A1,4,2024-06-01,+,somebody")

    assert answer.status_code == 200
    assert answer.context["place"].changes[0].polarity == 1


def test_mitigation_lowers_and_leaving_it_out_raises(client: Client) -> None:
    row = make.accepted()
    before, after = overall(page(client, f"e={row.pk}:::-"))

    assert after == 0 < before


def test_a_number_of_a_series_can_be_changed(client: Client) -> None:
    (row,) = stock.series_values(1)
    before, after = overall(page(client, f"s={row.pk}:0"))

    assert after == 0 < before


def test_with_the_latest_number_left_out_the_year_before_counts(client: Client) -> None:
    latest, earlier = stock.series_values(2)
    answer = page(client, f"sx={latest.pk}")

    assert overall(answer)[0] != overall(answer)[1]
    assert overall(answer)[1] == overall(page(client, f"s={latest.pk}:{earlier.value:.0f}"))[1]
    assert {line.row.pk: line.now for line in answer.context["values"]} == {latest.pk: None, earlier.pk: "101"}


def test_it_looks_at_the_day_that_is_asked_for(client: Client) -> None:
    row = make.accepted(event_on=dt.date(2024, 6, 10), known_on=dt.date(2024, 6, 20))
    earlier = page(client, "as_of=2024-06-15", f"e={row.pk}:E5", status=400)

    assert "wanted that of a piece of evidence that counts at this date" in earlier.text
    assert "known then" in earlier.text
    assert (
        page(client, "as_of=2024-06-25", f"e={row.pk}:E5").context["place"].to().startswith(f"{PAGE}?as_of=2024-06-25")
    )


# --- forms -------------------------------------------------------------------------------------------------------


FORM = {"reliability": "B", "credibility": "2", "severity": "3", "polarity": "1", "event_on": "2024-05-01"}


def send(client: Client, do: str, **fields: object) -> Any:
    """A form as a browser sends it; its fields are those of `make.accepted` but for what is given."""
    return client.get(f"{PAGE}?{urlencode({'do': do, **FORM, **fields})}")


def test_a_form_leads_to_the_address_with_its_change_in_it(client: Client) -> None:
    row, other = make.accepted(), make.accepted(indicator=make.indicator("1.1"))
    answer = send(client, "piece", piece=row.pk, x=other.pk, reliability="E", credibility="5")

    assert answer.status_code == 302
    assert answer["Location"] == f"{PAGE}?x={other.pk}&e={row.pk}:E5#result"


def test_a_form_sent_as_it_was_changes_nothing(client: Client) -> None:
    row = make.accepted()

    assert send(client, "piece", piece=row.pk, e=f"{row.pk}:E5")["Location"] == f"{PAGE}#result"


def test_a_made_up_piece_is_made_by_its_form(client: Client) -> None:
    answer = send(client, "add", code="7.3", family="ohchr")

    assert answer["Location"] == f"{PAGE}?a=7.3,B2,3,2024-05-01,%2B,ohchr#result"


def test_a_wrong_field_says_so_at_the_field_and_the_rest_works(client: Client) -> None:
    row = make.accepted()
    answer = send(client, "piece", piece=row.pk, e=f"{row.pk}:E5", event_on="2024-06-20")

    assert answer.status_code == 400
    assert "Found the day 2024-06-20; wanted one from 1945-01-01 to 2024-06-01" in answer.text
    assert overall(answer)[1] < overall(answer)[0]


def test_a_value_that_is_no_number_says_so(client: Client) -> None:
    (row,) = stock.series_values(1)

    for text, said in (("many", "wanted a number such as 340"), ("-1", "wanted 0 or more")):
        answer = send(client, "series", series=row.pk, value=text)
        assert answer.status_code == 400
        assert said in answer.text
    assert send(client, "series", series=row.pk, value="1,340")["Location"].endswith(":1340#result")


def test_every_change_can_be_undone_alone_and_all_together(client: Client) -> None:
    one, other = make.accepted(), make.accepted(indicator=make.indicator("1.1"))
    answer = page(client, f"e={one.pk}:E5", f"x={other.pk}", "a=7.3,B2,3,2024-05-01,-,ohchr")
    undone = [line.undo for line in answer.context["changes"]]

    assert undone[0] == f"{PAGE}?x={other.pk}&a=7.3,B2,3,2024-05-01,-,ohchr"
    assert undone[2] == f"{PAGE}?e={one.pk}:E5&x={other.pk}"
    assert f'href="{PAGE}">Undo all 3' in answer.text


def test_no_more_than_fifty_changes(client: Client) -> None:
    made_up = "7.3,B2,3,2024-05-01,+,ohchr"
    answer = page(client, *[f"a={made_up}"] * 51, status=400)
    full = client.get(
        f"{PAGE}?{urlencode({'a': [made_up] * 50, 'do': 'add', 'code': '7.3', **FORM}, doseq=True)}&family=x"
    )

    assert len(answer.context["changes"]) == 50
    assert "Found more than 50 changes" in answer.text
    assert "Found 50 changes already" in full.text


# --- bad addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("e=1", "Found 1 parts; wanted a piece’s number"),
        ("e=x:B2", "wanted that of a piece or value of the list"),
        ("e={row}:B9", "Found the grade “B9”; wanted a letter A to F"),
        ("e={row}::5", "Found the severity “5”; wanted a whole number from 0 to 4"),
        ("e={row}:::up", "Found “up” as direction"),
        ("e={row}::::2024-02-30", "which is no day"),
        ("e={row}::::2024-06-02", "to 2024-06-01"),
        ("e={row}:::", "Found nothing after the piece’s number"),
        ("x=999999", "Found the number 999999; wanted that of a piece of evidence that counts"),
        ("a=99.9,B2,3,2024-05-01,+,ohchr", "Found the indicator “99.9”; wanted one of the catalogue"),
        ("a=7.3,B2,3,2099-05-01,+,ohchr", "Found the day 2099-05-01"),
        ("a=7.3,B2,3,2024-05-01,+,", "as who found it"),
        ("a=7.3,B2,3,2024-05-01,+,ohchr,~week", "not beginning “~”"),
        ("s=1", "Found no colon"),
        ("s=1:nan", "Found “nan” as a value"),
        ("sx=1", "wanted that of a series value that counts"),
        ("piece=1e9", "Found no such number in the list"),
    ],
)
def test_a_change_that_is_none_is_named_and_the_rest_holds(client: Client, change: str, said: str) -> None:
    row, other = make.accepted(), make.accepted(indicator=make.indicator("1.1"))
    answer = page(client, f"x={other.pk}", change.format(row=row.pk), status=400)

    assert said in answer.text
    assert overall(answer)[1] < overall(answer)[0]
    assert len(answer.context["changes"]) == 1


def test_a_second_change_of_the_same_piece_is_refused(client: Client) -> None:
    row = make.accepted()

    assert "Found a second change of the same thing" in page(client, f"e={row.pk}:E5", f"x={row.pk}", status=400).text


@pytest.mark.parametrize("query", ["as_of=never", "known_at=2099-01-01"])
def test_a_day_that_is_none_is_answered_400(client: Client, query: str) -> None:
    assert client.get(f"{PAGE}?{query}").status_code == 400


TEXTS = (
    st.sampled_from(["{row}", "{row}:E5", "{value}", "{value}:7"])
    | st.text(max_size=40)
    | st.from_regex(r"\A[0-9]{1,20}(:[A-F][1-6])?(:[0-9-]{0,11}){0,4}\Z")
)
FIELDS = ["code", "reliability", "credibility", "severity", "polarity", "event_on", "family", "event", "value"]
CHOICES = ["piece", "series", "do", "factor", "indicator", "page", "as_of"]
NAMES = st.sampled_from(["e", "x", "a", "s", "sx", *CHOICES, *FIELDS])
PARTS = [
    st.sampled_from(["7.3", "1.1", "0", "", "é"]), st.sampled_from(["B2", "F6", "G7", ""]),
    st.sampled_from(["0", "4", "5", "x"]), st.sampled_from(["2024-05-01", "0001-01-01", "9999-12-31", "x"]),
    st.sampled_from(["+", "-", " ", ""]), st.text(max_size=12), st.text(max_size=12),
]  # fmt: skip
MADE_UP = st.tuples(*PARTS).map(",".join).map(lambda text: ("a", text))


@pytest.fixture
def known(reference: None) -> dict[str, int]:
    """Numbers of a piece and of a value that an address may name."""
    return {"row": make.accepted().pk, "value": stock.series_values(1)[0].pk}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(NAMES, TEXTS) | MADE_UP, max_size=8))
@example(pairs=[("x", "{row}"), ("piece", "{row}"), ("do", "piece"), ("event_on", "\x00"), ("sx", "{value}")])
@example(pairs=[("e", "{row}:F6:0:-:1945-01-01"), ("s", "{value}:999999999999999.999999999"), ("page", "-1")])
@example(pairs=[("series", "{value}"), ("do", "series"), ("value", "1e5"), ("a", "7.3,A1,4,1945-01-01,+,x,~")])
def test_no_address_breaks_the_page_or_the_case(known: dict[str, int], pairs: list[tuple[str, str]]) -> None:
    pairs = [(name, re.sub(r"\{(row|value)\}", lambda found: str(known[found[1]]), text)) for name, text in pairs]
    query = urlencode([(name, text.encode("utf-8", "surrogatepass")) for name, text in pairs])

    assert Client().get(f"{PAGE}?{query}").status_code in {200, 302, 400}
    assert Client().get(f"{PAGE}case.json?{query}").status_code in {200, 400}


# --- what the tables say -------------------------------------------------------------------------------------------


def printed(text: str | None) -> float:
    return 0.0 if text is None else float(text.replace("−", "-"))


def test_factor_points_add_up_down_and_along(client: Client) -> None:
    rows = stock.evidence(10)
    answer = page(client, *[f"e={row.pk}:E5" for row in rows[:3]], f"x={rows[4].pk}", "a=9.1,B2,4,2024-05-01,+,who")
    found = answer.context["tables"]

    for side in ("before", "after", "difference"):
        total = sum(printed(getattr(one.line, side)) for one in found.factors)
        assert round(total, 1) == printed(getattr(found.index, side))
    assert found.index.after == found.totals[0].after
    for one in found.factors:
        assert round(printed(one.line.before) + printed(one.line.difference) - printed(one.line.after), 1) == 0


def test_the_arithmetic_of_a_changed_indicator_stands_in_the_open(client: Client) -> None:
    row = make.accepted(event_key="siege")
    make.accepted(indicator=make.indicator("1.1"))
    (one,) = page(client, f"e={row.pk}:E5").context["workings"]
    (event,) = one.moved
    steps = {line.label: line for line in one.steps}

    assert (one.indicator.code, event.name) == ("7.14", "siege")
    assert (event.before.strength, event.after.strength, event.before.age) == ("0.6000", "0.0750", 60)
    assert float(event.after.mass) == pytest.approx(float(event.after.strength) * float(event.after.decay), abs=1e-4)
    assert steps["m⁺"].after == event.after.mass


def test_what_did_not_move_prints_the_same_on_both_sides(client: Client) -> None:
    rows = stock.evidence(10)
    answer = page(client, f"x={rows[0].pk}")

    still = [one.line for one in answer.context["tables"].factors if one.factor.number not in {1, 9, 10}]
    assert [line.difference for line in still if line.before] == ["0.0"] * len([one for one in still if one.before])


# --- access, redaction, queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, *Role])
def test_everybody_may_ask_what_if(client: Client, role: Role | None) -> None:
    row = make.accepted()
    if role is not None:
        client.force_login(make.person(role))

    assert page(client, f"e={row.pk}:E5")
    assert client.get(f"{PAGE}case.json?x={row.pk}").status_code == 200
    assert client.post(PAGE).status_code == 405


@pytest.mark.parametrize("iso3", ["XXX", "MM", "MMRR", "%00"])
def test_a_country_that_is_none_is_not_found(client: Client, iso3: str) -> None:
    assert client.get(f"/countries/{iso3}/what-if/").status_code == 404
    assert client.get(f"/countries/{iso3}/what-if/case.json").status_code == 404


def test_a_small_letter_leads_to_the_address_with_its_changes(client: Client) -> None:
    assert client.get("/countries/mmr/what-if/?x=1")["Location"] == f"{PAGE}?x=1"


def test_the_country_page_leads_here(client: Client) -> None:
    make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)

    assert client.get("/countries/MMR/?as_of=2024-06-15").text.count(f'href="{PAGE}?as_of=2024-06-15') == 2
    assert PAGE in client.get("/countries/NAM/").text.replace("NAM", "MMR")


@pytest.mark.parametrize("rows", [2, 40])
def test_needs_few_queries(client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made = stock.evidence(rows)
    stock.series_values(3)
    changes = [f"e={row.pk}:E5" for row in made[:20]]
    with django_assert_max_num_queries(6):
        page(client, *changes, f"piece={made[0].pk}")
    client.force_login(make.person(Role.READER))
    with django_assert_max_num_queries(8):
        page(client, *changes)


def test_every_id_stands_once(client: Client) -> None:
    rows = stock.evidence(4)
    (value,) = stock.series_values(1)
    for opened in (f"piece={rows[0].pk}", f"series={value.pk}"):
        ids = re.findall(r'\sid="([^"]+)"', page(client, opened, f"x={rows[1].pk}").text)
        assert len(ids) == len(set(ids))
