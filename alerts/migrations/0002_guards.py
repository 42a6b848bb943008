"""Signals, alerts and what became of each mail are never rewritten nor deleted: PostgreSQL itself refuses."""

from django.db import migrations


def guard(table: str, *may_change: str) -> migrations.RunSQL:
    """Refuses deletion, and any change of a column that is not named."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
    )


DECISION = """
CREATE FUNCTION refuse_second_alert_decision() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.state <> NEW.state AND OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'alert goes from % to % never', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.decided_at IS NOT NULL
        AND (NEW.decided_at, NEW.decided_by_id, NEW.decision_reason, NEW.released_at)
        IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id, OLD.decision_reason, OLD.released_at) THEN
        RAISE EXCEPTION 'a decision on an alert is never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER alerts_alert_is_decided_once BEFORE UPDATE ON alerts_alert
    FOR EACH ROW EXECUTE FUNCTION refuse_second_alert_decision();
"""

MESSAGE = """
CREATE FUNCTION refuse_other_message() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.message_id <> '' AND NEW.message_id IS DISTINCT FROM OLD.message_id THEN
        RAISE EXCEPTION 'a mail keeps its Message-ID' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'sent' AND NEW.message IS DISTINCT FROM OLD.message THEN
        RAISE EXCEPTION 'a mail that was sent is never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER alerts_delivery_keeps_its_message BEFORE UPDATE ON alerts_delivery
    FOR EACH ROW EXECUTE FUNCTION refuse_other_message();
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("reports", "0002_guards")]
    operations = [
        guard("alerts_signal"),
        guard("alerts_verdict"),
        guard(
            "alerts_alert", "state", "decided_by_id", "decided_at", "decision_reason", "released_at", "matched_at"
        ),
        guard("alerts_alertreason"),
        guard(
            "alerts_delivery",
            "state", "attempts", "next_try_at", "message_id", "message", "fingerprint", "written_at", "reply_code", "reply_text", "finished_at",
        ),
        guard("alerts_deliveryattempt"),
        migrations.RunSQL(
            DECISION,
            "DROP TRIGGER alerts_alert_is_decided_once ON alerts_alert; DROP FUNCTION refuse_second_alert_decision()",
        ),
        migrations.RunSQL(
            MESSAGE,
            "DROP TRIGGER alerts_delivery_keeps_its_message ON alerts_delivery; DROP FUNCTION refuse_other_message()",
        ),
    ]
