"""The commands of the shell: what they refuse, and that they may be run twice."""

import datetime as dt
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from indicators.models import Evidence, NoteCoding, ScoreRun, SeriesLoad, Snapshot
from people import demonstration
from people.models import User
from people.permissions import Role
from reports.models import Report, Retrieval
from tests import make


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "statement.txt"
    path.write_text("A made-up statement.", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Path:
    """Where the demonstration's password is kept: never the developer's own folder."""
    settings.LOCAL_FOLDER = tmp_path / "local"
    return tmp_path / "local"


def ingest(path: Path, reader: str = "text", **options: Any) -> None:
    call_command("ingest", reader, file=path, **({"wait": 0} | options))


@pytest.mark.django_db
def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.txt: No such file or directory; wanted a file that can be read"):
        ingest(tmp_path / "none.txt")


@pytest.mark.django_db
def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="directory; wanted a file"):
        ingest(tmp_path)


@pytest.mark.django_db
def test_a_file_over_the_cap_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # a hole: it takes no room on the disk

    with pytest.raises(CommandError, match="file: found 200 MB; wanted at most 21 MB"):
        ingest(path)
    assert not Retrieval.objects.exists()


@pytest.mark.django_db
def test_a_person_who_is_not_here_is_refused_without_the_address(text_file: Path) -> None:
    with pytest.raises(CommandError, match="found nobody with that address") as refused:
        ingest(text_file, email="somebody@secret.test.example")
    assert "secret" not in str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT])
def test_a_person_whose_role_may_not_ingest_is_refused(text_file: Path, role: Role) -> None:
    with pytest.raises(CommandError, match=f"found a {role.value}; wanted somebody who may ingest report"):
        ingest(text_file, email=make.person(role).email)


@pytest.mark.django_db
def test_an_address_is_found_in_any_case(text_file: Path) -> None:
    coder = make.person(Role.CODER)

    ingest(text_file, email=coder.email.upper())

    assert Retrieval.objects.get().asked_by == coder


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"reader": "coding-note"}, "found nobody; wanted somebody who answers for the note"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_at_the_door(text_file: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        ingest(text_file, **options)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [["pdf", "--file", "x"], ["text"], ["text", "--file", "x", "--published", "2024-02-31"],
     ["text", "--file", "x", "--sensitivity", "secret"]],
)  # fmt: skip
def test_arguments_that_say_nothing_sensible_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("ingest", *arguments)


@pytest.mark.django_db
def test_without_a_worker_the_file_is_kept_and_the_command_says_so(text_file: Path) -> None:
    with pytest.raises(CommandError, match="no worker has read it yet; it is kept"):
        ingest(text_file, wait=1)
    assert Retrieval.objects.get().state == "waiting"


@pytest.mark.usefixtures("worker")
def test_a_file_that_fails_is_said_with_its_reason(text_file: Path) -> None:
    with pytest.raises(CommandError, match=r"retrieval \d+ failed: day of publication: found none; wanted one"):
        ingest(text_file, wait=60)


@pytest.mark.usefixtures("worker")
def test_what_the_sender_says_of_a_file_is_kept_with_it(text_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(
        text_file, wait=60, source=make.source(slug="made-up").slug, title="T", url="https://x.test.example/",
        published=dt.date(2024, 6, 1), sensitivity="confidential",
    )  # fmt: skip

    report = Report.objects.get()
    assert f"report {report.pk}" in capsys.readouterr().out
    assert (report.source.slug, report.title, report.url) == ("made-up", "T", "https://x.test.example/")
    assert (report.published_on, report.sensitivity) == (dt.date(2024, 6, 1), 2)


def test_the_demonstrations_log_ins_need_the_demonstration(db: None) -> None:
    with pytest.raises(CommandError, match="load_demonstration"):
        call_command("demonstration_logins")


def test_the_demonstrations_log_ins_work(own_folder: Path, db: None, capsys: pytest.CaptureFixture[str]) -> None:
    people = demonstration.create_people(own_folder)
    call_command("demonstration_logins")
    printed = capsys.readouterr().out

    secret = demonstration.password(own_folder)
    assert printed.count(secret) == len(Role) + 1 == len(people) + 1
    assert demonstration.SECOND_FOCAL_POINT in printed
    for role, person in people.items():
        assert person.email in printed
        assert (person.role, person.check_password(secret)) == (role, True)
    assert stat.S_IMODE(os.stat(own_folder / "demonstration-password").st_mode) == 0o600


def test_the_demonstrations_people_are_made_once_and_keep_their_password(own_folder: Path, db: None) -> None:
    first = demonstration.create_people(own_folder)

    assert demonstration.create_people(own_folder) == first
    assert User.objects.count() == len(Role) + 1
    assert demonstration.password(own_folder / "other") != demonstration.password(own_folder)


def counts() -> list[int]:
    return [model.objects.count() for model in (Retrieval, Report, NoteCoding, Evidence, User, SeriesLoad, Snapshot)]


def loaded(capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    call_command("load_demonstration", **options)
    return capsys.readouterr().out


@pytest.mark.usefixtures("worker")
def test_the_demonstration_is_loaded_once_however_often(capsys: pytest.CaptureFixture[str]) -> None:
    first = loaded(capsys)
    before = counts()

    second = loaded(capsys)

    assert re.search(r"\d+ pieces of evidence accepted", first)
    assert "scores stand as of 2024-06-30" in first
    assert "accepted" not in second
    assert counts() == before
    assert set(NoteCoding.objects.values_list("failure", flat=True)) == {""}
    assert set(Retrieval.objects.values_list("state", flat=True)) == {"done"}
    assert not Evidence.objects.exclude(status="accepted").exists()
    assert ScoreRun.objects.filter(state="failed").count() == 0


@pytest.mark.usefixtures("worker")
def test_only_the_demonstrations_own_notes_are_accepted_by_the_command(own_folder: Path) -> None:
    coder = demonstration.create_people(own_folder)[Role.CODER]
    sent = make.proposed(coder=coder, of=make.passage(make.report(kind=Report.Kind.CODING_NOTE)))
    NoteCoding.objects.create(report=sent.passage.report, coded_at=make.NOW)

    call_command("load_demonstration")

    assert Evidence.objects.exclude(status="accepted").get() == sent


@pytest.mark.django_db
def test_a_data_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--data: found none of ucdp/organizedviolencecy"):
        call_command("load_demonstration", data=tmp_path)


@pytest.mark.usefixtures("no_worker")
def test_without_a_worker_the_demonstration_says_what_is_left() -> None:
    with pytest.raises(CommandError, match=r"files read: \d+ still to go; is a worker running\? What was sent is kept"):
        call_command("load_demonstration", seconds=1)


@pytest.mark.shared_data
@pytest.mark.usefixtures("worker")
def test_the_demonstration_takes_the_real_datasets_along(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = loaded(capsys, data=shared_data)
    assert "pts: PTS-2024.csv" in said
    before = counts()
    assert "scores stand" in loaded(capsys, data=shared_data)

    assert counts() == before
    assert list(SeriesLoad.objects.values_list("failure", flat=True)) == [""] * 4
