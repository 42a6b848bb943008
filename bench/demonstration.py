"""The demonstration in the present database, without a worker: the same use cases, called one after the other."""

import tempfile
from pathlib import Path

from indicators import assess, coding, note_coding
from indicators.models import Evidence
from people.demonstration import create_people
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from reports import ingest
from reports.ingest import About, receive

NOTES = Path(__file__).resolve().parent.parent / "indicators" / "demonstration"


def load(pattern: str = "*.toml") -> dict[Role, User]:
    """Notes read, coded, accepted and scored; the people who did it."""
    now, day = clock.now(), clock.installation_day()
    with tempfile.TemporaryDirectory() as folder:
        people = create_people(Path(folder))
    for path in sorted(NOTES.glob(pattern)):
        receive(
            reader="coding-note", payload=path.read_bytes(), about=About(), file_name=path.name, at=now,
            asked_by=people[Role.CODER],
        )  # fmt: skip
    ingest.read_waiting(at=now)
    note_coding.code_waiting(at=now, installation_day=day)
    waiting = Evidence.objects.filter(status=Evidence.Status.PROPOSED)
    coding.accept_all(evidence=waiting, by=people[Role.REVIEWER], at=now)
    assess.score_all(at=now, day=day)
    return people
