"""What a delivery keeps is compared column by column: its whole mail was made JSON four times for each one sent."""

from django.db import migrations

MAY_CHANGE = (
    "state", "attempts", "next_try_at", "message_id", "message", "fingerprint", "written_at", "reply_code",
    "reply_text", "finished_at", "carried_by_id",
)  # fmt: skip
KEPT = (
    "id", "alert_id", "person_id", "subscription_id", "channel", "endpoint_id", "purpose", "round", "made_at",
)  # fmt: skip
OLD, NEW = (", ".join(f"{row}.{column}" for column in KEPT) for row in ("OLD", "NEW"))
SHORT = f"""
CREATE TRIGGER alerts_delivery_is_never_rewritten BEFORE UPDATE ON alerts_delivery
    FOR EACH ROW WHEN (({OLD}) IS DISTINCT FROM ({NEW})) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER alerts_delivery_is_never_deleted BEFORE DELETE ON alerts_delivery
    FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
"""
FORMER = f"""
CREATE TRIGGER alerts_delivery_is_never_rewritten BEFORE UPDATE OR DELETE ON alerts_delivery
    FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({", ".join(f"'{column}'" for column in MAY_CHANGE)});
"""
AWAY = "DROP TRIGGER alerts_delivery_is_never_rewritten ON alerts_delivery;"
BACK = """
DROP TRIGGER alerts_delivery_is_never_deleted ON alerts_delivery;
DROP TRIGGER alerts_delivery_is_never_rewritten ON alerts_delivery;
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0013_whole_reasons")]
    operations = [migrations.RunSQL(AWAY, FORMER), migrations.RunSQL(SHORT, BACK)]
