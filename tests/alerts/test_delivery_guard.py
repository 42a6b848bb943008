"""What a delivery keeps: the database refuses any change of it, column by column."""

import re

import pytest
from django.db import IntegrityError, connection, transaction

from alerts.models import Delivery
from tests.alerts import outbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

MAY_CHANGE = {
    "state", "attempts", "next_try_at", "message_id", "message", "fingerprint", "written_at", "reply_code",
    "reply_text", "finished_at", "carried_by_id",
}  # fmt: skip
OTHERWISE = {
    "id": "id + 1000000", "alert_id": "alert_id + 1000000", "person_id": "person_id + 1000000",
    "subscription_id": "NULL", "channel": "'webhook'", "endpoint_id": "1", "purpose": "'reminder'",
    "round": "round + 1", "made_at": "made_at + interval '1 second'",
}  # fmt: skip


def test_every_column_either_stays_or_is_known_to_change() -> None:
    columns = {str(field.column) for field in Delivery._meta.concrete_fields}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'alerts_delivery_is_never_rewritten'"
        )
        compared = set(re.findall(r"new\.(\w+)", str(cursor.fetchone()[0])))

    assert compared == set(OTHERWISE)
    assert compared | MAY_CHANGE == columns
    assert not compared & MAY_CHANGE


@pytest.mark.parametrize("column", sorted(OTHERWISE))
def test_what_stays_cannot_be_changed(column: str) -> None:
    row = outbox.delivery()

    with pytest.raises(IntegrityError, match="never rewritten"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE alerts_delivery SET {column} = {OTHERWISE[column]} WHERE id = %s", [row.pk])


def test_a_delivery_cannot_be_deleted() -> None:
    row = outbox.delivery()

    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_delivery WHERE id = %s", [row.pk])
