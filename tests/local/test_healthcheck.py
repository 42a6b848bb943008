"""What a container asks itself about beat and web."""

import os
from pathlib import Path

from r2p_dashboard.local import healthcheck, ports


def test_beat_is_well_while_it_writes_its_schedule(tmp_path: Path) -> None:
    (tmp_path / "beat-schedule.db").write_bytes(b"")
    os.utime(tmp_path / "beat-schedule.db", (1000.0, 1000.0))

    assert healthcheck.beat(str(tmp_path / "beat-schedule"), now=1500.0)
    assert not healthcheck.beat(str(tmp_path / "beat-schedule"), now=5000.0)
    assert not healthcheck.beat(str(tmp_path / "another"), now=1000.0)


def test_web_is_not_well_when_nobody_answers() -> None:
    assert not healthcheck.web(port=ports.choose(None, default=18900))
