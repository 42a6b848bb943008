"""Coding a passage of a report that is here already."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from indicators.models import Evidence
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Passage, Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
STAFF = {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}


@pytest.fixture
def coder(client: Client) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def coded(passage: Passage, **changes: Any) -> dict[str, Any]:
    fields = {
        "passage": passage.pk, "country": "MMR", "indicator": "7.14", "family": "", "severity": "3", "polarity": "1",
        "reliability": "", "credibility": "2", "event_on": "2024-05-01", "event_key": "", "actor": "state",
        "claim": "alleged", "note": "made up for a test", "sensitivity": "0",
    }  # fmt: skip
    return fields | changes


def test_the_form_shows_the_passage_and_asks_for_nothing_that_its_report_says(client: Client, coder: User) -> None:
    passage = make.passage()

    form = client.get(f"/evidence/new/?passage={passage.pk}")

    assert passage.text in form.text
    assert passage.report.source.name in form.text
    assert passage.report.url in form.text
    assert not {"source", "text", "url", "published_on", "locator"} & set(form.context["form"].fields)


def test_the_evidence_hangs_on_that_passage_and_nothing_is_stored_beside_it(client: Client, coder: User) -> None:
    passage = make.passage()

    client.post("/evidence/new/", coded(passage, text="Other words.", source="new", published_on="1999-01-01"))

    row = Evidence.objects.get()
    assert (row.passage, row.family, row.reliability) == (passage, passage.report.source.family, "B")
    assert row.known_at.date() == dt.date(2024, 6, 1)
    assert (Report.objects.count(), Passage.objects.count()) == (1, 1)


def test_evidence_of_a_confidential_passage_is_confidential(client: Client, coder: User) -> None:
    passage = make.passage(make.report(sensitivity=Sensitivity.CONFIDENTIAL))

    assert client.get(f"/evidence/new/?passage={passage.pk}").context["form"]["sensitivity"].value() == 2
    client.post("/evidence/new/", coded(passage))
    assert Evidence.objects.get().sensitivity == Sensitivity.CONFIDENTIAL


def test_an_event_after_the_report_and_the_same_twice_are_refused(client: Client, coder: User) -> None:
    passage = make.passage()
    client.post("/evidence/new/", coded(passage))

    late = client.post("/evidence/new/", coded(passage, event_on="2024-06-02"))
    again = client.post("/evidence/new/", coded(passage, is_another="on"))

    assert "which is after 2024-06-01" in late.text
    assert passage.text in late.text
    assert f"evidence {Evidence.objects.get().pk}</a>; nothing was saved twice" in again.text


@pytest.mark.parametrize("asked", ["hidden", "x", "0", "99999999999999999999", "%00"])
def test_a_passage_that_one_may_not_see_is_not_found(client: Client, coder: User, asked: str) -> None:
    hidden = make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL))
    number = hidden.pk if asked == "hidden" else asked

    assert client.get(f"/evidence/new/?passage={number}").status_code == 404
    assert client.post("/evidence/new/", coded(hidden)).status_code == 404
    assert Evidence.objects.count() == 0


def test_another_for_the_same_document_stays_on_its_passage(client: Client, coder: User) -> None:
    row = make.accepted(of=make.passage())

    assert client.get(f"/evidence/new/?like={row.pk}").context["passage"] == row.passage


@pytest.mark.parametrize("role", [None, *Role])
def test_only_coders_are_offered_to_code_a_passage(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    page = client.get(f"/reports/{make.passage().report_id}/").text

    assert ("Code this passage" in page) is (role in STAFF)
