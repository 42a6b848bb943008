"""Imports of tables, from the file to the record and back."""

import dataclasses
import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from indicators import assess, coding, importing
from indicators.entering import enter
from indicators.importing import ImportRefused
from indicators.models import Evidence, ImportRow, RescoreRequest, SeriesValue, TableImport
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Report, Source
from tests import make, tables

pytestmark = pytest.mark.usefixtures("reference")
LATER = tables.AT + dt.timedelta(days=1)
FIGURES = tables.series_csv(("Mali", "2022", 120), ("NER", "2023", 55.5))


def fates(table: TableImport) -> list[str]:
    return list(table.rows.order_by("line").values_list("fate", flat=True))


def test_nothing_is_written_before_somebody_confirms() -> None:
    table = tables.checked(tables.evidence_csv({}, {"severity": "9"}))

    assert (table.state, table.counts, fates(table)) == ("ready", {"new": 1, "refused": 1}, ["new", "refused"])
    assert (
        Evidence.objects.count(),
        Report.objects.count(),
        importing.write_waiting(at=LATER, installation_day=make.TODAY),
    ) == (0, 0, 0)


def test_a_row_becomes_proposed_evidence_of_its_sender() -> None:
    table = tables.written(tables.checked(tables.evidence_csv({"country": "Birmania", "event_key": "synthetic"})))

    row = Evidence.objects.get()
    assert (table.state, table.counts) == ("done", {"new": 1, "written": 1})
    assert (row.status, row.coder, row.country.iso3, row.grade, row.event_key) == (
        "proposed", table.sent_by, "MMR", "B2", "synthetic",
    )  # fmt: skip
    assert (row.passage.text, row.passage.report.kind) == ("A synthetic statement about nobody.", "entry")
    assert (row.known_at.date(), table.rows.get().evidence) == (dt.date(2024, 6, 1), row)


def test_the_same_file_twice_changes_nothing() -> None:
    tables.written(tables.checked(tables.evidence_csv({}, {"text": "Another one."})))

    again = tables.checked(tables.evidence_csv({}, {"text": "Another one."}))

    assert fates(again) == ["same", "same"]
    with pytest.raises(ImportRefused, match="found nothing new"):
        tables.confirmed(again)


def test_what_was_entered_by_hand_is_the_same_too_and_a_rejected_piece_is_not_brought_back() -> None:
    first = tables.written(tables.checked(tables.evidence_csv()))
    evidence = first.rows.get().evidence
    assert evidence
    coding.reject(evidence_id=evidence.pk, by=make.person(Role.REVIEWER), reason="not about this", at=LATER)

    again = tables.checked(tables.evidence_csv({}, {"severity": "4"}))

    assert fates(again) == ["same", "refused"]  # and a file does not contradict itself
    assert again.rows.order_by("line")[0].said == f"evidence {evidence.pk}, rejected"


def test_a_changed_piece_is_shown_with_what_differs_and_never_overwrites() -> None:
    tables.written(tables.checked(tables.evidence_csv({}, {"text": "Another one."})))
    first = Evidence.objects.order_by("pk")[0]

    again = tables.checked(tables.evidence_csv({"severity": "4", "note": "other words"}, {"text": "A third."}))
    tables.written(again)

    assert again.rows.order_by("line")[0].said == f"evidence {first.pk}, proposed: severity 3 → 4, note"
    assert sorted(Evidence.objects.values_list("severity", flat=True)) == [3, 3, 3]


def test_all_or_nothing_is_refused_where_a_row_cannot_go_in() -> None:
    table = tables.checked(tables.evidence_csv({}, {"severity": "9"}))

    with pytest.raises(ImportRefused, match="found 1 rows that cannot go in"):
        tables.confirmed(table, all_or_nothing=True)


def test_all_or_nothing_writes_nothing_when_the_last_row_breaks_at_the_last_moment() -> None:
    table = tables.checked(tables.evidence_csv({}, {"text": "Another one."}))
    tables.confirmed(table, all_or_nothing=True)
    Source.objects.filter(slug="monitor").update(slug="renamed")

    importing.write_waiting(at=LATER, installation_day=make.TODAY)

    table.refresh_from_db()
    assert (table.state, Evidence.objects.count(), "Nothing was written" in table.failure) == ("failed", 0, True)


def test_good_rows_go_in_alone_and_a_row_that_breaks_says_why() -> None:
    table = tables.checked(tables.evidence_csv({}, {"text": "Another one."}))
    standing = tables.checked(tables.evidence_csv({"text": "Another one."}))
    tables.written(standing)

    tables.written(table)

    assert table.counts == {"new": 1, "refused": 1, "written": 1}
    assert "the same words, indicator, event and day already as evidence" in tables.faults(table)[0]


def test_two_people_confirm_at_once_and_one_of_them_is_told() -> None:
    table = tables.checked(tables.evidence_csv())
    tables.confirmed(table)

    with pytest.raises(ImportRefused, match="found it waiting to be written; wanted it checked"):
        tables.confirmed(table, by=make.person(Role.REVIEWER))


def test_a_preview_that_was_checked_again_cannot_be_confirmed() -> None:
    table = tables.checked(tables.evidence_csv())

    with pytest.raises(ImportRefused, match="checked again since you saw them"):
        importing.confirm(import_id=table.pk, by=table.sent_by, seen="2020-01-01", all_or_nothing=False, at=LATER)


def test_a_name_that_two_states_share_is_asked_about_and_the_answer_holds_for_the_import() -> None:
    table = tables.checked(tables.evidence_csv({"country": "Congo"}, {"country": "Congo", "text": "Another one."}))
    assert (table.counts, table.rows.all()[0].faults[0]["choices"]) == ({"asked": 2}, ["COD", "COG"])

    importing.answer(import_id=table.pk, by=table.sent_by, answers={"country:congo": "COG"}, at=LATER)
    importing.check_waiting(at=LATER)

    table.refresh_from_db()
    assert (fates(table), table.rows.all()[0].values["country"]) == (["new", "new"], "COG")


def test_undoing_sets_aside_what_waits_and_the_same_file_can_go_in_again() -> None:
    table = tables.written(tables.checked(tables.evidence_csv()))

    importing.undo(import_id=table.pk, by=table.sent_by, reason="the wrong file", at=LATER)

    row = Evidence.objects.get()
    assert (row.status, row.decided_by) == ("rejected", table.sent_by)
    assert row.decision_reason == f"Import {table.pk} undone: the wrong file"
    assert fates(tables.checked(tables.evidence_csv())) == ["new"]
    with pytest.raises(ImportRefused, match="found it written, then undone"):
        importing.undo(import_id=table.pk, by=table.sent_by, reason="again", at=LATER)


def test_undoing_retracts_what_was_accepted_meanwhile_only_by_who_may() -> None:
    table = tables.written(tables.checked(tables.evidence_csv()))
    reviewer = make.person(Role.REVIEWER)
    coding.accept(evidence_id=Evidence.objects.get().pk, by=reviewer, at=tables.AT)
    RescoreRequest.objects.all().delete()

    with pytest.raises(ImportRefused, match="found 1 of its pieces accepted meanwhile"):
        importing.undo(import_id=table.pk, by=table.sent_by, reason="the wrong file", at=LATER)
    importing.undo(import_id=table.pk, by=reviewer, reason="the wrong file", at=LATER)

    assert Evidence.objects.get().status == "retracted"
    assert RescoreRequest.objects.get().country.iso3 == "MMR"


def test_an_import_of_somebody_else_is_undone_only_by_who_decides() -> None:
    table = tables.written(tables.checked(tables.evidence_csv()))

    with pytest.raises(ImportRefused, match="somebody else sent it"):
        importing.undo(import_id=table.pk, by=make.person(Role.CODER), reason="the wrong file", at=LATER)


def test_figures_become_values_of_one_release_known_from_its_day() -> None:
    table = tables.written(tables.checked(FIGURES, kind="series"))

    values = {value.country.iso3: value for value in SeriesValue.objects.all()}
    assert (table.counts, values["MLI"].value, values["NER"].value) == ({"new": 2, "written": 2}, 120.0, 55.5)
    assert (values["MLI"].period_end, values["MLI"].known_at.date()) == (dt.date(2022, 12, 31), tables.PUBLIC)
    assert (values["MLI"].report.kind, bytes(values["MLI"].report.bytes)) == ("dataset", FIGURES)
    assert set(RescoreRequest.objects.values_list("country__iso3", flat=True)) == {"MLI", "NER"}


def test_a_later_release_is_a_change_and_an_older_one_does_not_hide_behind_it() -> None:
    tables.written(tables.checked(FIGURES, kind="series"))

    later = tables.checked(
        tables.series_csv(("Mali", "2022", 130), ("NER", "2023", 55.5)),
        kind="series",
        published_on=dt.date(2024, 6, 20),
    )
    older = tables.checked(tables.series_csv(("Mali", "2022", 120)), kind="series", published_on=dt.date(2023, 6, 1))

    assert (fates(later), fates(older)) == (["changed", "same"], ["new"])
    assert later.rows.order_by("line")[0].said.endswith("known since 2024-06-01: 120 → 130")


def test_two_figures_known_since_the_same_day_cannot_both_stand() -> None:
    tables.written(tables.checked(FIGURES, kind="series"))

    table = tables.checked(tables.series_csv(("Mali", "2022", 7)), kind="series")

    assert "known since the same day, is 120" in tables.faults(table)[0]


def test_undone_figures_leave_the_score_and_can_be_imported_again() -> None:
    table = tables.written(tables.checked(FIGURES, kind="series"))

    importing.undo(import_id=table.pk, by=table.sent_by, reason="wrong unit", at=LATER)
    again = tables.written(tables.checked(FIGURES, kind="series"))

    assert SeriesValue.objects.filter(retracted_at=LATER).count() == 2
    assert (again.counts, SeriesValue.objects.filter(retracted_at=None).count()) == ({"new": 2, "written": 2}, 2)


def test_one_file_is_one_release_of_one_day() -> None:
    tables.written(tables.checked(FIGURES, kind="series"))

    with pytest.raises(ImportRefused, match="public on 2024-06-01; wanted its source and day"):
        tables.checked(FIGURES, kind="series", published_on=dt.date(2024, 5, 1))


def test_imported_figures_are_scored() -> None:
    tables.written(tables.checked(tables.series_csv(("Mali", "2023", 5000)), kind="series"))
    assess.score_changed(at=LATER, day=make.TODAY)

    from indicators.models import Standing

    assert Standing.objects.get(country__iso3="MLI").snapshot.overall > 0


def test_a_worker_killed_between_two_steps_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    from indicators.importing import writing

    monkeypatch.setattr(writing, "CHUNK", 2)
    table = tables.checked(tables.evidence_csv(*({"text": f"Statement {number}."} for number in range(5))))
    tables.confirmed(table)
    calls = iter(range(100))

    def dying(**options: object) -> Evidence:
        if next(calls) == 3:
            raise SystemExit
        return enter(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "enter", dying)
    with pytest.raises(SystemExit):
        importing.write_waiting(at=LATER, installation_day=make.TODAY)
    assert Evidence.objects.count() == 2  # one whole step

    importing.write_waiting(at=LATER, installation_day=make.TODAY)
    table.refresh_from_db()
    assert (table.state, Evidence.objects.count(), table.counts["written"]) == ("done", 5, 5)


def test_the_next_file_with_the_same_headings_is_mapped_at_once_whoever_sends_it() -> None:
    payload = b"where,when,how many\nMali,2022,5\n"
    first = tables.sent(payload, kind="series")
    columns = {"country": 0, "period": 1, "value": 2}
    importing.settle(import_id=first.pk, by=first.sent_by, columns=columns, choices=tables.choices("series"), at=LATER)

    assert tables.sent(payload, kind="series", by=make.person(Role.ADMIN)).columns == columns


def test_an_import_is_its_senders_alone_until_it_is_known_how_sensitive_it_is() -> None:
    table = tables.sent(tables.evidence_csv({"sensitivity": "confidential"}))
    reviewer, reader = make.person(Role.REVIEWER), make.person(Role.FOCAL_POINT)
    seen = TableImport.objects.visible_to
    assert (seen(table.sent_by).count(), seen(reviewer).count()) == (1, 0)

    table = tables.checked(tables.evidence_csv({"sensitivity": "confidential"}), by=table.sent_by)

    assert table.sensitivity == Sensitivity.CONFIDENTIAL
    assert (seen(reviewer).filter(pk=table.pk).count(), seen(reader).count()) == (1, 0)


def test_a_row_above_its_senders_clearance_is_refused_and_not_kept() -> None:
    table = tables.checked(tables.evidence_csv({"sensitivity": "strictly confidential"}))

    row = table.rows.get()
    assert (row.fate, row.cells, row.values, table.sensitivity) == ("refused", [], {}, 0)


def test_who_may_not_does_not() -> None:
    for kind, role in (("evidence", Role.FOCAL_POINT), ("series", Role.REVIEWER)):
        with pytest.raises(ImportRefused, match="may not"):
            tables.sent(FIGURES, kind=kind, by=make.person(role))


def test_a_passage_of_a_report_is_coded_by_its_number_and_place() -> None:
    passage = make.passage()
    row = {**tables.GOOD, "report": passage.report_id, "locator": "Paragraph 1", "text": "", "source": ""}

    tables.written(tables.checked(tables.csv_of([row])))

    assert Evidence.objects.get().passage == passage


def test_the_record_of_an_import_cannot_be_rewritten() -> None:
    table = tables.written(tables.checked(tables.evidence_csv({}, {"severity": "9"})))

    for change in (
        lambda: TableImport.objects.update(file_name="other.csv"),
        lambda: ImportRow.objects.update(said="something else"),
        lambda: ImportRow.objects.filter(fate="refused").delete(),
        lambda: TableImport.objects.filter(pk=table.pk).update(state="ready", payload=b"x"),
    ):
        with pytest.raises(IntegrityError, match="never"), transaction.atomic():
            change()


def test_choices_of_a_whole_file_survive_as_json() -> None:
    chosen = tables.choices("series", title="A release")

    assert importing.sending.Choices.from_json(chosen.as_json()) == chosen == dataclasses.replace(chosen)


def test_a_file_with_too_many_rows_says_so_and_nothing_is_kept_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(importing.sending.ROWS_MAX, TableImport.Kind.EVIDENCE, 1)

    table = tables.checked(tables.evidence_csv({}, {"text": "Another one."}))

    assert (table.state, table.rows.count()) == ("failed", 0)
    assert table.failure == "file: found more than 1 rows; wanted at most that many. Send it in parts"


def test_all_or_nothing_is_for_as_many_rows_as_one_task_can_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing.sending, "AT_ONCE_MAX", 1)
    table = tables.checked(tables.evidence_csv({}, {"text": "Another one."}))

    with pytest.raises(ImportRefused, match="wanted at most 1 for all or nothing"):
        tables.confirmed(table, all_or_nothing=True)


def test_a_check_that_breaks_is_told_and_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    from indicators.importing import standing

    first, second = tables.sent(tables.evidence_csv()), tables.sent(tables.evidence_csv({"text": "Another one."}))
    for table in (first, second):
        importing.settle(
            import_id=table.pk, by=table.sent_by, columns=table.columns, choices=tables.choices("evidence"), at=LATER
        )
    real = standing.compare
    broken = iter([True, False])

    def breaking(*arguments: object) -> None:
        if next(broken):
            raise RuntimeError("secret words")
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(standing, "compare", breaking)
    importing.check_waiting(at=LATER)

    assert list(TableImport.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "ready"]
    assert TableImport.objects.get(pk=first.pk).failure == "checking it broke (RuntimeError); please report it"


@pytest.mark.django_db(transaction=True)
def test_two_people_confirm_in_the_same_moment_and_the_rows_go_in_once() -> None:
    table = tables.checked(tables.evidence_csv())
    people = [table.sent_by, make.person(Role.REVIEWER)]
    together, told = threading.Barrier(2), list[str]()

    def confirm(person: User) -> None:
        together.wait()
        try:
            tables.confirmed(table, by=person)
        except ImportRefused as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(2):
        importing.write_waiting(at=LATER, installation_day=make.TODAY)

    assert (len(told), Evidence.objects.count()) == (1, 1)
