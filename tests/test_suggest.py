"""`manage.py suggest`: passages in, what the machine says of them out, from the shell and without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import ROOT

RAID = "On 16 April gunmen raided villages in Darfur and killed at least 30 people."
MEETING = "The committee met in Geneva and adopted its programme of work for the year."


def suggest(*arguments: str, given: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run it as a reviewer would in a bare shell: no secret, no server."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "LC_ALL")}
    command = [sys.executable, "manage.py", "suggest", *arguments]
    content = given.encode() if isinstance(given, str) else given
    return subprocess.run(command, cwd=ROOT, env=kept, input=content, capture_output=True, check=False)


def lines(*rows: Any) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_each_row_is_answered_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "passages.jsonl"
    path.write_text(lines({"id": "b", "text": RAID}, {"id": 1, "text": MEETING, "lang": "en"}), encoding="utf-8-sig")
    done = suggest(str(path))

    assert (done.returncode, done.stderr) == (0, b"")
    first, second = answers(done)
    assert (first["id"], first["language"], first["countries"]) == ("b", "en", ["SDN"])
    assert second == {"id": 1, "language": "en", "countries": [], "suggestions": []}
    assert 1 <= len(first["suggestions"]) <= 3
    for one in first["suggestions"]:
        assert set(one) == {"factor", "indicator", "score", "phrase"}
        assert one["indicator"].split(".")[0] == str(one["factor"])
        assert 0 < one["score"] <= 1
        assert one["phrase"] in RAID


def test_the_language_is_what_the_row_says_or_else_what_the_text_shows() -> None:
    french = "Les familles ont raconté à la commission que leurs récoltes avaient été emportées au Tchad."
    rows = [{"id": 1, "text": french}, {"id": 2, "text": french, "lang": "es"}, {"id": 3, "text": "", "lang": None}]
    done = suggest("-", given=lines(*rows))

    assert [row["language"] for row in answers(done)] == ["fr", "es", "und"]
    assert answers(done)[0]["countries"] == ["TCD"]
    assert all(row["suggestions"] == [] for row in answers(done)[2:])


BAD = [
    (b"{", "found no JSON"),
    (b"\xff\xfe", "found no JSON"),
    (b"[" * 100_000, "found no JSON"),
    (b"[1]", "found a list; wanted an object"),
    (b'{"text": "x"}', "id: found nothing"),
    (b'{"id": true, "text": "x"}', "id: found true or false"),
    (b'{"id": 1.5, "text": "x"}', "id: found a number"),
    (b'{"id": 1}', "text: found nothing"),
    (b'{"id": 1, "text": ["secret"]}', "text: found a list"),
    (b'{"id": 1, "text": "x", "lang": 7}', "lang: found no code"),
    (b'{"id": 1, "text": "x", "lang": "English"}', "lang: found no code"),
    (b'{"id": 1, "text": "' + b"x" * 5_000_000 + b'"}', "found more than 5,000,000 bytes"),
]


def test_bad_lines_are_named_and_the_others_are_answered() -> None:
    good = json.dumps({"id": "good", "text": RAID}).encode()
    done = suggest("-", given=b"\n".join([*(line for line, _ in BAD), b"", b"  ", good]))

    said = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert [row["id"] for row in answers(done)] == ["good"]
    for number, ((_, words), line) in enumerate(zip(BAD, said, strict=False), 1):
        assert line.startswith(f"line {number}: {words}")
    assert said[len(BAD) :] == [f"CommandError: {len(BAD)} lines could not be read; the others are answered"]
    assert "secret" not in done.stderr.decode()


def test_half_a_character_comes_back_as_it_was_given() -> None:
    done = suggest("-", given='{"id": "\\ud800", "text": "\\udfff \\u0000"}')

    assert (done.returncode, answers(done)[0]["id"]) == (0, "\ud800")


def test_no_rows_give_no_answers() -> None:
    assert (suggest("-").returncode, suggest("-").stdout) == (0, b"")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.jsonl: No such file or directory; wanted a file"):
        call_command("suggest", str(tmp_path / "none.jsonl"))


@pytest.mark.shared_data
def test_the_passages_for_development_are_all_answered(shared_data: Path) -> None:
    done = suggest(str(shared_data / "passages_dev.jsonl"))

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(answers(done)) == 60
