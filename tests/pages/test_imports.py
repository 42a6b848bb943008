"""The pages of an import: the file, its columns, the preview, the decision, the log."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client

from indicators import coding, importing
from indicators.models import Evidence, SeriesValue, TableImport
from people.permissions import Role
from tests import make, tables

pytestmark = pytest.mark.usefixtures("reference")
QUERIES_MAX = 10  # of a page, session and person among them


@pytest.fixture
def coder(client: Client) -> Client:
    tables.monitor()
    client.force_login(make.person(Role.CODER))
    return client


def send(client: Client, payload: bytes, *, kind: str = "evidence", name: str = "rows.csv") -> str:
    answer = client.post("/import/", {"kind": kind, "file": SimpleUploadedFile(name, payload)})
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def columns_of(*names: str) -> dict[str, str]:
    return {f"column_{name}": str(place) for place, name in enumerate(names)}


def named(client: Client, page: str, **chosen: Any) -> None:
    answer = client.post(f"{page}columns/", {**columns_of(*tables.GOOD), "sensitivity": "0", **chosen})
    assert answer.status_code == 302, answer.text
    importing.check_waiting(at=tables.AT)


def decide(client: Client, page: str, how: str = "good") -> None:
    table = TableImport.objects.latest("pk")
    assert table.checked_at
    client.post(f"{page}confirm/", {"how": how, "seen": table.checked_at.isoformat()})
    importing.write_waiting(at=tables.AT, installation_day=make.TODAY)


def test_a_file_goes_from_drop_to_proposed_evidence_by_its_pages(coder: Client) -> None:
    page = send(coder, tables.evidence_csv({}, {"severity": "9"}))
    assert "Name the columns" in coder.get(page).text
    named(coder, page)
    assert "1 row would be written" in coder.get(page).text

    decide(coder, page)

    text = coder.get(page).text
    assert ("1 row written" in text, "Undo this whole import" in text, Evidence.objects.count()) == (True, True, 1)
    assert f'href="/evidence/{Evidence.objects.get().pk}/"' in text


def test_the_columns_are_filled_in_from_the_headings(coder: Client) -> None:
    text = coder.get(send(coder, tables.evidence_csv())).text

    assert '<option value="0" selected>A “country”</option>' in text
    assert '<option value="5" selected>F “grade”</option>' in text


def test_what_is_wrong_with_a_row_stands_beside_it_with_line_and_column(coder: Client) -> None:
    page = send(coder, tables.evidence_csv({"severity": "9"}))
    named(coder, page)

    assert "E “severity”: found “9”; wanted 0 to 4" in coder.get(page).text
    assert "No such rows." in coder.get(f"{page}?fate=new").text


def test_an_ambiguous_name_is_asked_and_answered_on_the_page(coder: Client) -> None:
    page = send(coder, tables.evidence_csv({"country": "Congo"}))
    named(coder, page)
    text = coder.get(page).text
    assert "Which State is “Congo”? (1 row)" in text
    assert "Democratic Republic of the Congo (COD)" in text

    coder.post(f"{page}answers/", {"answer_0": "COD", "key_0": "country:congo"})
    importing.check_waiting(at=tables.AT)

    assert "1 row would be written" in coder.get(page).text


def test_what_is_not_answered_stays_asked_and_what_is_left_out_is_refused(coder: Client) -> None:
    page = send(coder, tables.evidence_csv({"country": "Congo"}, {"event_on": "03/04/2024"}))
    named(coder, page)

    coder.post(f"{page}answers/", {"answer_0": "-", "key_0": "country:congo", "answer_1": "", "key_1": "day-order"})
    importing.check_waiting(at=tables.AT)

    assert TableImport.objects.get().counts == {"refused": 1, "asked": 1}
    assert "such rows are left out, as you chose" in coder.get(page).text


def test_bytes_that_are_no_utf_8_are_asked_about(coder: Client) -> None:
    page = send(coder, tables.evidence_csv({"country": "Côte d’Ivoire"}).decode().encode("cp1252"))
    assert "The file cannot be read yet. Byte" in coder.get(page).text

    coder.post(f"{page}sheet/", {"encoding": "cp1252"})

    assert "Côte d’Ivoire" in coder.get(page).text


def test_a_workbook_has_its_sheet_chosen(coder: Client) -> None:
    rows = [list(tables.GOOD), list(tables.GOOD.values())]
    page = send(coder, tables.xlsx_of(["nothing"], ["here"], Second=rows), name="rows.xlsx")

    coder.post(f"{page}sheet/", {"sheet": "Second"})

    assert "Sheet “Second” of 2" in coder.get(page).text
    named(coder, page)
    assert "1 row would be written" in coder.get(page).text


def test_a_missing_column_is_refused_beside_its_field(coder: Client) -> None:
    page = send(coder, tables.evidence_csv())

    answer = coder.post(f"{page}columns/", columns_of("country"))

    assert answer.status_code == 400
    assert "Indicator: found no column; wanted the one that says it" in answer.text


def test_what_cannot_be_read_is_refused_at_the_door(coder: Client) -> None:
    answer = coder.post("/import/", {"kind": "evidence", "file": SimpleUploadedFile("x.csv", b"%PDF-1.7 something")})

    assert (answer.status_code, TableImport.objects.count()) == (400, 0)
    assert "found an archive or a PDF; wanted XLSX or CSV" in answer.text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(coder: Client, settings: Any) -> None:
    settings.REPORT_BYTES_MAX = 2**20

    answer = coder.post("/import/", {"kind": "evidence", "file": SimpleUploadedFile("x.csv", b"x" * (2**20 + 1))})

    assert (answer.status_code, TableImport.objects.count()) == (400, 0)
    assert "Found a file of 1.0 MB; wanted at most 1 MB. Send it in parts." in answer.text


def test_the_refused_rows_come_back_as_csv_in_which_nothing_is_a_formula(coder: Client) -> None:
    bad = {**tables.GOOD, "severity": "9", "text": "=cmd|'/c calc'!A0", "=note": "+1"}
    page = send(coder, tables.csv_of([{**bad, "note": "@SUM(A1)"}]))
    named(coder, page)

    answer = coder.get(f"{page}refused.csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["line", "why not", "country"]
    assert rows[1][:2] == ["2", "E “severity”: found “9”; wanted 0 to 4"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_refused_rows_can_be_corrected_and_sent_as_they_came(coder: Client) -> None:
    page = send(coder, tables.evidence_csv({"severity": "9", "text": "- a statement of a list"}))
    named(coder, page)
    corrected = coder.get(f"{page}refused.csv").content.replace(b",9,", b",3,")

    again = send(coder, corrected)
    guessed = TableImport.objects.latest("pk").columns
    coder.post(f"{again}columns/", {f"column_{name}": place for name, place in guessed.items()} | {"sensitivity": "0"})
    importing.check_waiting(at=tables.AT)

    assert "1 row would be written" in coder.get(again).text
    assert TableImport.objects.latest("pk").rows.get().values["text"] == "- a statement of a list"


def test_the_template_has_headings_that_need_no_naming(coder: Client) -> None:
    header = coder.get("/import/template/evidence.csv").content.decode("utf-8-sig").strip().split(",")

    assert header[:3] == ["country", "indicator", "source"]
    assert coder.get("/import/template/other.csv").status_code == 404


def test_an_import_is_undone_from_its_page_once(coder: Client) -> None:
    page = send(coder, tables.evidence_csv())
    named(coder, page)
    decide(coder, page)
    assert coder.post(f"{page}undo/", {"reason": "the wrong file"}).status_code == 400  # the tick is missing

    coder.post(f"{page}undo/", {"reason": "the wrong file", "is_sure": "on"})
    again = coder.post(f"{page}undo/", {"reason": "the wrong file", "is_sure": "on"}, follow=True)

    assert Evidence.objects.get().status == "rejected"
    assert "Nothing was changed. Import" in again.text


def test_a_coder_is_told_who_may_take_back_what_was_accepted(coder: Client) -> None:
    page = send(coder, tables.evidence_csv())
    named(coder, page)
    decide(coder, page)
    coding.accept(evidence_id=Evidence.objects.get().pk, by=make.person(Role.REVIEWER), at=tables.AT)

    answer = coder.post(f"{page}undo/", {"reason": "the wrong file", "is_sure": "on"}, follow=True)

    assert "1 of its pieces accepted meanwhile; wanted somebody who may retract evidence" in answer.text


def test_an_admin_imports_figures(client: Client) -> None:
    tables.monitor()
    client.force_login(make.person(Role.ADMIN))
    page = send(client, tables.series_csv(("Mali", "2022", 12)), kind="series")
    chosen = {"series": "ucdp-state-based", "source": "monitor", "published_on": "2024-06-01"}
    client.post(f"{page}columns/", {**columns_of("country", "period", "value"), **chosen})
    importing.check_waiting(at=tables.AT)

    decide(client, page)

    assert "Scores follow." in client.get(page).text
    assert SeriesValue.objects.get().value == 12


def test_a_file_set_aside_is_listed_and_nothing_is_written(coder: Client) -> None:
    page = send(coder, tables.evidence_csv())

    assert "is set aside" in coder.post(f"{page}drop/", follow=True).text
    assert "Set aside." in coder.get(page).text


def test_the_page_asks_again_only_when_there_is_news(coder: Client) -> None:
    page = send(coder, tables.evidence_csv())
    coder.post(f"{page}columns/", {**columns_of(*tables.GOOD), "sensitivity": "0"})
    TableImport.objects.update(moved_at=F("moved_at") - dt.timedelta(seconds=75))  # far from the next whole minute
    text = coder.get(page).text

    assert "1 minute so far." in " ".join(text.split())
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text
    assert f'hx-get="{page}?seen=checking--' in text
    seen = text.partition("?seen=")[2].partition('"')[0]
    assert coder.get(f"{page}?seen={seen}", headers={"HX-Request": "true"}).status_code == 204


def test_figures_that_go_in_together_are_counted_while_they_wait(client: Client) -> None:
    first, second = (
        tables.checked(tables.series_csv(("Mali", "2022", n), ("Chad", "x", 1)), kind="series") for n in (1, 2)
    )
    for table in (first, second):
        importing.confirm(
            import_id=table.pk,
            seen=str(table.checked_at and table.checked_at.isoformat()),
            all_or_nothing=False,
            by=table.sent_by,
            at=tables.AT,
        )
    TableImport.objects.filter(pk=second.pk).update(moved_at=F("moved_at") + dt.timedelta(seconds=1))
    client.force_login(second.sent_by)
    text = " ".join(client.get(f"/import/{second.pk}/").text.split())

    assert "1 of 2 rows go in together: until the last one is written, none is." in text
    assert "1 import before it." in text


def test_somebody_elses_unchecked_file_is_not_even_there(coder: Client) -> None:
    table = tables.sent(tables.evidence_csv())

    for step in ("", "refused.csv"):
        assert coder.get(f"/import/{table.pk}/{step}").status_code == 404
    for step in ("sheet", "columns", "answers", "confirm", "drop", "undo"):
        assert coder.post(f"/import/{table.pk}/{step}/").status_code == 404


@pytest.mark.parametrize("rows", [3, 300])
def test_pages_cost_the_same_at_few_rows_and_at_many(
    coder: Client, rows: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    page = send(coder, tables.evidence_csv(*({"text": f"Statement {n}."} for n in range(rows)), {"country": "Congo"}))
    columns = {**columns_of(*tables.GOOD), "sensitivity": "0"}
    with django_assert_max_num_queries(QUERIES_MAX):
        coder.get(page)
    coder.post(f"{page}columns/", columns)
    importing.check_waiting(at=tables.AT)
    with django_assert_max_num_queries(QUERIES_MAX):
        coder.get(page)
    with django_assert_max_num_queries(QUERIES_MAX):
        coder.get("/import/")
    decide(coder, page)

    with django_assert_max_num_queries(QUERIES_MAX):
        assert "Undo this whole import" in coder.get(page).text
