"""A mail that a pause holds back may still become part of a digest, as long as no server was asked to take it."""

from django.db import migrations

KEPT = (
    "id", "alert_id", "person_id", "subscription_id", "channel", "endpoint_id", "purpose", "round", "made_at",
)  # fmt: skip
BUT_PURPOSE = tuple(column for column in KEPT if column != "purpose")


def differs(columns: tuple[str, ...]) -> str:
    """In SQL, whether any of the columns changes."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"(({old}) IS DISTINCT FROM ({new}))"


HELD = "OLD.purpose = 'alert' AND NEW.purpose = 'digest' AND OLD.attempts = 0 AND OLD.state = 'waiting'"
AWAY = "DROP TRIGGER alerts_delivery_is_never_rewritten ON alerts_delivery;"
GUARD = """
CREATE TRIGGER alerts_delivery_is_never_rewritten BEFORE UPDATE ON alerts_delivery
    FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse_rewrite();
"""
NOW = GUARD.format(condition=f"{differs(BUT_PURPOSE)} OR OLD.purpose IS DISTINCT FROM NEW.purpose AND NOT ({HELD})")
FORMER = GUARD.format(condition=differs(KEPT))


class Migration(migrations.Migration):
    dependencies = [("alerts", "0015_references_by_statement")]
    operations = [migrations.RunSQL(AWAY, FORMER), migrations.RunSQL(NOW, AWAY)]
