"""Cited data: every row has a source that can be opened, and a fault is said by its place."""

from pathlib import Path

import pytest

from alerts.ledger.cited_files import FOLDER, CitedFileError, read_cited
from alerts.models import Lever, Response
from alerts.situations.measures import read_catalogue

SUDAN = FOLDER / "sudan.toml"


def test_every_cited_row_names_its_source_and_a_known_measure_and_status() -> None:
    files = read_cited()

    responses = [row for file in files for row in file.responses]
    steps = [step for row in responses for step in row.get("step", [])]
    assert {row["measure"] for row in responses} <= {measure.code for measure in read_catalogue()}
    assert {row["status"] for row in (*responses, *steps)} <= {"", *Response.Status.values}
    assert {row["kind"] for file in files for row in file.levers} <= set(Lever.Kind.values)
    assert all(row["source_url"].startswith("https://") for row in (*responses, *steps))


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('warning = "2024-05-21"', 'warning = "2024-05-22"', "wanted one of its warnings"),
        ("issued_on = 2022-09-08", 'issued_on = "then"', "wanted a day"),
        ('source_url = "https://', 'source_url = "', "no https address"),
        ('countries = ["SDN"]', "countries = []", "found 0; wanted the one"),
        ('actor = "UN', 'who = "UN', "no 'actor'"),
        ('kind = "deadline"', 'kind = "deadline"\nwho = "x"', "unknown 'who'"),
        ('title = "Decision on the Darfur sanctions is due"', 'title = ""', "title: found none"),
        ("[[warning]]", "[[warning", "no valid TOML"),
    ],
)
def test_a_fault_is_said_with_what_was_wanted(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    text = SUDAN.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "sudan.toml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(CitedFileError, match=wanted):
        read_cited(tmp_path)
