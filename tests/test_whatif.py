"""`manage.py whatif`: the method from the shell, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import ROOT
from tests.indicators.scoring.golden import CASES, FILE


def whatif(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run it as a reviewer would in a bare shell: no secret, no server."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "LC_ALL")}
    command = [sys.executable, "manage.py", "whatif", *arguments]
    return subprocess.run(command, cwd=ROOT, env=kept, input=given, capture_output=True, check=False)


def golden(name: str) -> dict[str, Any]:
    return {**CASES[name], "parameters": FILE["parameters"]}


def test_a_country_is_answered_without_a_database(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(golden("x_real_catalogue_full")), encoding="utf-8-sig")
    done = whatif(str(path))
    expected = CASES["x_real_catalogue_full"]["expected"]

    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    for key in ("overall", "p05", "hi", "cannot_exclude"):
        assert found[key] == pytest.approx(expected[key], abs=1e-8)


def test_an_indicator_is_answered_from_the_standard_input() -> None:
    done = whatif("-", given=json.dumps(golden("mitigation")).encode())

    assert done.returncode == 0
    assert json.loads(done.stdout)["x"] == pytest.approx(CASES["mitigation"]["expected"]["x"], abs=1e-8)


@pytest.mark.parametrize("given", [b"", b"{", b"\xff\xfe", b'{"observations": [], "series": [], "t": "2024-01-01"}'])
def test_a_bad_case_ends_with_one_line_and_1(given: bytes) -> None:
    done = whatif("-", given=given)

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"CommandError: case")
    assert done.stderr.count(b"\n") == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json: No such file or directory; wanted a file"):
        call_command("whatif", str(tmp_path / "none.json"))


def test_the_row_at_fault_is_named(tmp_path: Path) -> None:
    case = golden("country_full")["input"]
    case = {**case, "observations": [*case["observations"][:2], {**case["observations"][2], "severity": 7}]}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")

    with pytest.raises(CommandError, match="evidence row 2: found 7; wanted a whole number from 0 to 4"):
        call_command("whatif", str(path))


def test_a_good_case_is_printed_and_a_file_that_is_no_text_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(golden("mitigation")), encoding="utf-8")
    call_command("whatif", str(path))
    assert set(json.loads(capsys.readouterr().out)) == set(CASES["mitigation"]["expected"])

    path.write_bytes(b"\xff")
    with pytest.raises(CommandError, match="a byte that is no UTF-8 at 0"):
        call_command("whatif", str(path))
