"""What a what-if may tell of evidence above its reader's clearance: how much there is, and nothing else."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from indicators.models import Evidence
from indicators.scoring import Catalogue
from indicators.scoring.case import answer as answer_of
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.api import given as stock
from tests.pages.test_what_if import PAGE, overall, page

pytestmark = pytest.mark.usefixtures("reference")
MARKERS = ("marker-event", "marker-family", "marker area", "marker text", "marker why")


@pytest.fixture
def hidden(reference: None) -> Evidence:
    """A confidential piece beside a public one on the same indicator."""
    make.accepted(event_key="open-event", severity=2)
    return make.confidential(
        of=make.passage(make.report(), text="marker text"),
        family=make.family("marker-family"),
        event_key="marker-event",
        admin1="marker area",
        note="marker why",
    )


def case(client: Client, *changes: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(f"{PAGE}case.json?{'&'.join(changes)}").content)
    return found


@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT])
def test_nothing_above_the_clearance_is_on_the_page_or_in_the_case(
    client: Client, hidden: Evidence, role: Role | None
) -> None:
    if role is not None:
        client.force_login(make.person(role))
    visible = Evidence.objects.get(event_key="open-event")
    seen = page(client, f"e={visible.pk}:E5", f"piece={visible.pk}").text + json.dumps(case(client, f"x={visible.pk}"))

    assert [marker for marker in MARKERS if marker in seen] == []
    assert "1 piece that you may not see" in seen
    assert "Evidence that you may not see adds the mass" in seen


def test_who_is_cleared_may_change_it(client: Client, hidden: Evidence) -> None:
    client.force_login(make.person(Role.CODER))
    answer = page(client, f"e={hidden.pk}:E5")

    assert overall(answer)[1] < overall(answer)[0]
    assert "marker why" in answer.text


@pytest.mark.parametrize("form", ["e={}:E5", "x={}", "piece={}"])
def test_a_number_that_may_not_be_seen_is_refused_like_one_that_is_unknown(
    client: Client, hidden: Evidence, form: str
) -> None:
    told = []
    for number in (hidden.pk, hidden.pk + 1000):
        answer = page(client, form.format(number), status=400)
        (fault,) = answer.context["faults"]
        said = fault.why.replace(str(number), "#")
        told.append((said, re.sub(r'(?s)role="alert">.*?</div>', "", answer.text.partition("<main")[2])))
        assert overall(answer)[0] == overall(answer)[1]

    assert told[0] == told[1]


def test_a_series_that_may_not_be_seen_counts_and_cannot_be_changed(client: Client) -> None:
    dataset = make.report(kind=Report.Kind.DATASET, sensitivity=Sensitivity.CONFIDENTIAL)
    (value,) = stock.series_values(1, report=dataset)
    answer = page(client, f"s={value.pk}:0", f"sx={value.pk + 1000}", status=400)

    assert overall(answer)[0] == overall(answer)[1] > 0
    assert answer.text.count("wanted that of a series value that counts") == 2
    assert answer.context["values"] == []
    assert "1 value of series that you may not see" in answer.text


def added(client: Client, *, event: str = "", family: str = "guess", day: str = "2024-05-01") -> float:
    """The index with one more piece on 7.14."""
    named = f",{event}" if event else ""
    return overall(page(client, f"a=7.14,E5,4,{day},+,{family}{named}"))[1]


def test_no_name_of_a_hidden_event_or_body_can_be_guessed(client: Client, hidden: Evidence) -> None:
    found = {added(client, event=name) for name in ("marker-event", "any-other-name")}
    found |= {added(client, family=name) for name in ("marker-family", "any-other-body")}
    found |= {added(client, event="marker-event", family="marker-family")}

    assert len(found) == 1


def test_the_interval_does_not_tell_a_hidden_body_from_a_made_up_one(client: Client, hidden: Evidence) -> None:
    codes = ["1.2", "2.2", "7.14"]
    answers = [
        page(client, *[f"a={code},A1,4,2024-06-01,+,{body}" for code in codes])
        for body in ("marker-family", "any-other-body")
    ]

    for answer in answers:
        families = {row.family for row in answer.context["comparison"].applied.after.evidence if row.pk < 0}
        assert families & {row.family.slug for row in Evidence.objects.select_related("family")} == set()


@pytest.mark.parametrize("key", ["open-event", ""])
def test_a_piece_turned_the_other_way_meets_no_hidden_one(client: Client, hidden: Evidence, key: str) -> None:
    row = make.accepted(event_key=key, indicator=make.indicator("1.1"))
    turned = overall(page(client, f"e={row.pk}:::-"))
    make.confidential(event_key=key, indicator=row.indicator, event_on=row.event_on, polarity=-1, severity=1)
    answer = page(client, f"e={row.pk}:::-")

    (one,) = answer.context["workings"]
    assert [event.before for event in one.moved if event.mitigates] == [None]
    assert overall(answer)[1] <= turned[1]


def test_no_week_of_a_hidden_piece_without_an_event_can_be_guessed(client: Client) -> None:
    row = make.accepted(event_key="", event_on=dt.date(2024, 5, 27))
    make.confidential(event_key="", event_on=dt.date(2024, 5, 6))
    met = overall(page(client, f"e={row.pk}::::2024-05-06"))[1]
    earlier, later = (overall(page(client, f"e={row.pk}::::2024-{day}"))[1] for day in ("05-05", "05-14"))

    assert earlier < met < later  # only its age counts: had they met, one event would stand where two stood


def test_an_event_that_rests_also_on_hidden_evidence_is_not_told_apart(client: Client, hidden: Evidence) -> None:
    row = make.accepted(event_key="marker-event", event_on=dt.date(2024, 4, 1))
    (one,) = page(client, f"e={row.pk}:E5").context["workings"]
    (event,) = one.moved

    assert (event.before.strength, event.before.age, event.before.decay) == (None, None, None)
    assert float(event.before.mass) > float(event.after.mass) > 0
    assert len({added(client, event="marker-event", family=name) for name in ("marker-family", "other")}) == 1


# --- the case file ---------------------------------------------------------------------------------------------------


def computed(found: dict[str, Any]) -> dict[str, Any]:
    """What `manage.py whatif` says of a case that brings its catalogue."""
    return answer_of(found, Catalogue.from_entries([]))


def test_the_case_gives_the_same_numbers_without_a_database(client: Client) -> None:
    rows = stock.evidence(8)
    stock.series_values(2)
    changes = (f"e={rows[0].pk}:D4:1", f"x={rows[1].pk}", "a=9.1,B2,4,2024-05-01,%2B,who")
    found = computed(case(client, *changes))
    side = client.get(f"{PAGE}?{'&'.join(changes)}").context["comparison"].after

    assert found["overall"] == pytest.approx(side.overall, abs=1e-12)
    assert found["label"] == side.level.name
    assert (found["lo"], found["hi"]) == pytest.approx(side.interval, abs=1e-9)
    assert sum(found["F"].values()) == pytest.approx(float(side.scores.F[0].sum()), abs=1e-12)


def test_the_case_leaves_out_what_is_withheld_and_says_so(client: Client, hidden: Evidence) -> None:
    found = case(client)

    assert [row["id"] for row in found["input"]["observations"]] == [Evidence.objects.get(event_key="open-event").pk]
    assert "Left out: 1 rows" in found["note"]
    client.force_login(make.person(Role.ADMIN))
    assert len(case(client)["input"]["observations"]) == 2
    assert "Left out" not in case(client)["note"]


def test_the_case_holds_no_text_and_no_name(client: Client) -> None:
    row = make.accepted(admin1="Kachin", group="a group", note="a note", event_key="")
    answer = client.get(f"{PAGE}case.json")

    assert answer["Content-Disposition"] == f'attachment; filename="what-if-MMR-{make.TODAY}.json"'
    for word in ("Kachin", "a group", "a note", row.passage.text, row.family.name, row.passage.report.title):
        assert word not in answer.text
    assert answer.json()["input"]["observations"][0]["admin1"] == "area-1"


def test_a_case_with_a_change_that_is_none_is_refused_whole(client: Client) -> None:
    answer = client.get(f"{PAGE}case.json?x=1")

    assert answer.status_code == 400
    assert "x=1: Found the number 1" in answer.text
