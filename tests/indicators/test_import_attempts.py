"""A table that ends its workers: it comes after the others, and is given up at last."""

import datetime as dt

import pytest

from indicators import importing
from indicators.entering import enter
from indicators.importing import beginning, writing
from indicators.models import Evidence, TableImport
from tests import make, tables

pytestmark = pytest.mark.usefixtures("reference")
LATER = tables.AT + dt.timedelta(days=1)


@pytest.mark.parametrize(("before", "state", "rows"), [(0, "failed", 0), (2, "done", 2)])
def test_a_table_at_which_worker_after_worker_stops_is_given_up(
    monkeypatch: pytest.MonkeyPatch, before: int, state: str, rows: int
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 2)
    table = tables.checked(tables.evidence_csv(*({"text": f"Statement {number}."} for number in range(5))))
    tables.confirmed(table)

    def dying(**options: object) -> Evidence:
        if Evidence.objects.count() >= before:
            raise SystemExit
        return enter(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "enter", dying)
    for _ in range(beginning.ATTEMPTS_MAX):
        with pytest.raises(SystemExit):
            importing.write_waiting(at=LATER, installation_day=make.TODAY)

    importing.write_waiting(at=LATER, installation_day=make.TODAY)
    table.refresh_from_db()
    assert (table.state, Evidence.objects.count(), table.attempts) == (state, rows, 0)
    assert "3 workers stopped while writing it; the file is kept" in table.failure


def test_a_table_that_ended_a_worker_waits_for_those_that_did_not() -> None:
    first, second = (tables.to_check(tables.evidence_csv({"text": f"Statement {n}."})) for n in range(2))
    assert beginning.begin(first.pk, TableImport.State.CHECKING) == 1

    waiting = TableImport.objects.filter(state="checking").order_by("attempts", "moved_at", "pk")
    assert [row.pk for row in waiting] == [second.pk, first.pk]
    assert importing.check_waiting(at=LATER) == 2
