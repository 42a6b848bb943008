"""Cited files loaded again: what did not change is left, what changed is corrected by a new row."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from alerts.answers import responding
from alerts.ledger import published
from alerts.ledger.cited_files import FOLDER, CitedFileError, read_cited
from alerts.ledger.cited_loading import load_cited
from alerts.models import Lever, PublishedWarning, Response, ResponseStep
from alerts.situations import levers
from people.permissions import Role
from tests import make
from tests.alerts import ledgers

pytestmark = pytest.mark.usefixtures("reference")
AT = make.NOW + dt.timedelta(days=500)
FILE = """
countries = ["SDN"]
[[warning]]
key = "1"
issued_on = 2024-06-01
body = "A body"
text = "It is near."
source_title = "A page"
source_url = "https://page.test.example/"
[[response]]
warning = "1"
measure = "good-offices"
actor = "A council"
text = "They talked."
decided_on = 2024-06-03
status = "done"
source_title = "A page"
source_url = "https://page.test.example/"
[[response.step]]
on = 2024-06-09
status = ""
is_outcome = true
text = "It held."
source_title = "A page"
source_url = "https://page.test.example/"
[[lever]]
kind = "deadline"
title = "A decision is due"
body = "A council"
first_day = 2099-03-01
last_day = 2099-03-31
source_title = "A page"
source_url = "https://page.test.example/"
"""
TABLES = (PublishedWarning, Response, ResponseStep, Lever)


def load(folder: Path, *changes: tuple[str, str], days: int = 0) -> None:
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "one.toml").write_text(text, encoding="utf-8")
    load_cited(at=AT + dt.timedelta(days=days), folder=folder)


def counts() -> list[int]:
    return [table.objects.count() for table in TABLES]


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    load(tmp_path)
    before = [list(table.objects.order_by("pk").values()) for table in TABLES]

    load(tmp_path, days=1)

    assert [list(table.objects.order_by("pk").values()) for table in TABLES] == before
    assert counts() == [1, 1, 1, 1]


def test_the_shipped_files_loaded_twice_change_nothing() -> None:
    load_cited(at=AT)
    before = counts()

    load_cited(at=AT + dt.timedelta(days=1))

    assert counts() == before


def test_a_warning_whose_words_changed_is_corrected_and_keeps_its_responses(tmp_path: Path, client: Client) -> None:
    load(tmp_path)
    for _ in range(2):
        load(tmp_path, ("It is near.", "It is very near."), ("https://page", "https://moved"), days=1)

    old, new = PublishedWarning.objects.order_by("pk")
    assert (new.replaces, new.original, old.text, new.text) == (old, old, "It is near.", "It is very near.")
    text = client.get("/ledger/?country=SDN").text
    assert ("It is very near." in text, "It is near." in text, "They talked." in text) == (True, False, True)
    assert "Tied to no one" not in text
    assert "They talked." in client.get("/ledger/?answered=answered").text


def test_a_response_to_the_corrected_words_is_one_to_the_same_warning(tmp_path: Path, client: Client) -> None:
    load(tmp_path)
    load(tmp_path, ("It is near.", "It is very near."), days=1)
    row = ledgers.response(warning=PublishedWarning.objects.order_by("pk")[0], text="And they went.")
    new = PublishedWarning.objects.latest("pk")
    draft = responding.ResponseDraft(
        (), "A ministry", "Not us.", dt.date(2024, 6, 20), None, Response.Status.DECLINED, 0
    )

    made = responding.record(draft=draft, warning=new, by=make.person(Role.FOCAL_POINT), at=AT)[0]

    assert made.warning == row.warning
    assert {one["text"] for one in client.get("/api/v1/ledger/").json()["results"]} == {
        "They talked.", "And they went.", "Not us.",
    }  # fmt: skip


def test_a_response_or_step_whose_words_changed_is_corrected(tmp_path: Path) -> None:
    load(tmp_path)
    first = Response.objects.get()
    ledgers.step(first, on=dt.date(2024, 7, 1), entered_by=make.person(Role.REVIEWER), text="By a person.")
    at_length = ("They talked.", "They talked at length.")
    for changes in ([at_length], [at_length], [at_length, ("It held.", "It held a week.")]):
        load(tmp_path, *changes, days=1)

    last = Response.objects.get(replaced_by=None)
    assert (Response.objects.count(), last.text, last.original) == (3, "They talked at length.", first)
    assert [step.text for step in last.steps.order_by("on")] == ["It held a week.", "By a person."]
    assert first.steps.filter(text="It held.").exists()


def test_a_lever_whose_day_or_source_changed_is_corrected(tmp_path: Path) -> None:
    load(tmp_path)
    for day in ("2099-03-20", "2099-03-20", "2099-03-31"):
        load(tmp_path, ("last_day = 2099-03-31", f"last_day = {day}"), days=1)

    assert [str(row.last_day) for row in Lever.objects.order_by("pk")] == ["2099-03-31", "2099-03-20", "2099-03-31"]
    [standing] = Lever.objects.standing()
    assert standing == Lever.objects.latest("pk")
    assert set(Lever.objects.exclude(pk=standing.pk).values_list("removal_reason", flat=True)) == {
        "its file says otherwise"
    }


def test_a_lever_that_is_over_stays_beside_its_successor(tmp_path: Path) -> None:
    load(tmp_path, ("first_day = 2099-03-01", "first_day = 2024-03-01"), ("2099-03-31", "2024-03-31"))
    load(tmp_path, days=1)

    assert Lever.objects.standing().count() == 2


def test_what_staff_took_back_or_corrected_stays_so(tmp_path: Path) -> None:
    load(tmp_path)
    keeper = make.person(Role.REVIEWER)
    row = Response.objects.get()
    draft = responding.ResponseDraft(
        (row.measure,) if row.measure else (), "A council", "In other words.", row.decided_on, None, "done", 0
    )
    made = responding.correct(response_id=row.pk, draft=draft, by=keeper, at=AT)
    levers.remove(lever_id=Lever.objects.get().pk, reason="it was moved", by=keeper, at=AT)
    load(tmp_path, ("They talked.", "They sang."), ("2099-03-31", "2099-03-30"), days=1)
    assert list(Response.objects.filter(replaced_by=None)) == [made]
    published.withdraw(warning_id=PublishedWarning.objects.get().pk, reason="not so", by=keeper, at=AT)
    load(tmp_path, ("It is near.", "It is far."), ("They talked.", "They sang."), ("2099-03-31", "2099-03-30"), days=2)

    assert counts()[:2] == [1, 2]
    assert not Lever.objects.standing().exists()


def test_two_rows_that_could_not_be_told_apart_are_refused(tmp_path: Path) -> None:
    text = (FOLDER / "sudan.toml").read_text(encoding="utf-8")
    again = text.replace("issued_on = 2022-11-03", "issued_on = 2022-09-08", 1)
    (tmp_path / "sudan.toml").write_text(again, encoding="utf-8")

    with pytest.raises(CitedFileError, match="twice; wanted it once"):
        read_cited(tmp_path)
