"""A report's language and countries are set right beside it: the latest holds, nothing is rewritten, undo is a row."""

import pytest
from django.db import DatabaseError, transaction

from people.permissions import Role, Sensitivity
from reports import correcting
from reports.correcting import CorrectedMeanwhile, CorrectionError, held
from reports.models import Report, ReportCorrection
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def correct(report: Report, **said: object) -> tuple[ReportCorrection, ...]:
    by = said.pop("by", None) or make.person(Role.CODER)
    return correcting.correct(report_id=report.pk, by=by, at=make.NOW, **said)  # type: ignore[arg-type]


def facts(report: Report) -> tuple[str, str, tuple[str, ...], str]:
    now = held(Report.objects.get(pk=report.pk))
    return now.language, now.language_by, now.countries, now.countries_by


@pytest.mark.parametrize(
    ("said", "found", "countries", "by"),
    [
        (["SDN"], ["TCD"], ("SDN",), "said"),
        ([], ["TCD", "SDN"], ("TCD", "SDN"), "found"),
        ([], ["TCD", "SDN", "MLI", "NER"], ("TCD", "SDN", "MLI"), "found"),
        (["AFG", "YEM", "SYR", "SSD"], ["YEM", "MLI"], ("YEM",), "found"),
        ([], [], (), "found"),
        ([], None, (), ""),
    ],
)
def test_countries_are_those_said_or_else_those_found(
    said: list[str], found: list[str] | None, countries: tuple[str, ...], by: str
) -> None:
    assert facts(make.report(countries_said=said, countries_found=found))[2:] == (countries, by)


def test_a_correction_holds_and_leaves_the_report_as_it_was() -> None:
    report = make.report(countries_said=["SDN"])

    first, second = correct(report, language="fr", countries=["TCD", "TCD", "SDN"], reason="  says  so ")

    assert facts(report) == ("fr", "person", ("TCD", "SDN"), "person")
    assert (first.was, first.became, second.was, second.became) == (["en"], ["fr"], ["SDN"], ["TCD", "SDN"])
    assert {one.reason for one in (first, second)} == {"says so"}
    report.refresh_from_db()
    assert (report.language, report.countries_said) == ("en", ["SDN"])


def test_what_is_so_already_makes_no_row() -> None:
    report = make.report(countries_said=["SDN"])

    assert correct(report, language="en", countries=["SDN"]) == correct(report) == ()


def test_a_report_may_be_about_no_country() -> None:
    report = make.report(countries_said=["SDN"])
    correct(report, countries=[])

    assert facts(report)[2:] == ((), "person")


def test_taking_a_correction_back_is_another_row() -> None:
    report, person = make.report(countries_said=["SDN"]), make.person(Role.CODER)
    language, countries = correct(report, language="fr", countries=["TCD"])

    back = correcting.undo(correction_id=countries.pk, by=person, at=make.NOW)

    assert facts(report) == ("fr", "person", ("SDN",), "said")
    assert (back.undoes, back.by, list(held(report).corrections)) == (countries, person, [back, countries, language])
    for again in (countries, back):
        with pytest.raises(CorrectionError, match=r"corrected meanwhile|takes another back"):
            correcting.undo(correction_id=again.pk, by=person, at=make.NOW)


def test_the_second_of_two_people_is_told_what_the_first_did() -> None:
    report = make.report()
    correct(report, countries=["TCD"], seen=0)

    with pytest.raises(CorrectedMeanwhile, match=r"countries corrected meanwhile \(TCD\)"):
        correct(report, countries=["SDN"], seen=0)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"language": "French"}, "language: found no code"),
        ({"language": ""}, "language: found no code"),
        ({"countries": ["XXX"]}, "countries: found 1 that are no ISO3 code"),
        ({"countries": [f"X{number:02}" for number in range(21)]}, "countries: found 21; wanted at most 20"),
        ({"countries": ["TCD"], "reason": "x" * 501}, "reason: found 501 characters"),
    ],
)
def test_what_cannot_stand_is_refused(said: dict[str, object], words: str) -> None:
    with pytest.raises(CorrectionError, match=words):
        correct(make.report(), **said)


def test_who_may_not_or_cannot_see_corrects_nothing() -> None:
    secret = make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    with pytest.raises(CorrectionError, match="role reader: may not"):
        correct(make.report(), by=make.person(Role.READER), language="fr")
    with pytest.raises(CorrectionError, match="found none that you may see"):
        correct(secret, language="fr")
    (row,) = correct(secret, by=make.person(Role.ADMIN), language="fr")
    with pytest.raises(CorrectionError, match="found none that you may see"):
        correcting.undo(correction_id=row.pk, by=make.person(Role.CODER), at=make.NOW)


def test_the_database_refuses_to_rewrite_a_correction() -> None:
    (row,) = correct(make.report(), language="fr")

    for act in (lambda: ReportCorrection.objects.update(reason="x"), lambda: ReportCorrection.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            act()
    assert ReportCorrection.objects.get() == row
