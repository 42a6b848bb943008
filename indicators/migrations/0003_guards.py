"""Evidence, series values and scores are never rewritten nor deleted: PostgreSQL itself refuses."""

from django.db import migrations

DECISION = """
CREATE FUNCTION refuse_undecided_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN
        (('proposed', 'accepted'), ('proposed', 'rejected'), ('accepted', 'retracted')) THEN
        RAISE EXCEPTION 'evidence goes from % to % never', OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.decided_at IS NOT NULL AND (NEW.decided_at, NEW.decided_by_id, NEW.decision_reason)
        IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id, OLD.decision_reason) THEN
        RAISE EXCEPTION 'a decision on evidence is never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.retracted_at IS NOT NULL AND (NEW.retracted_at, NEW.retracted_by_id, NEW.retraction_reason)
        IS DISTINCT FROM (OLD.retracted_at, OLD.retracted_by_id, OLD.retraction_reason) THEN
        RAISE EXCEPTION 'a retraction of evidence is never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER indicators_evidence_is_decided_once BEFORE UPDATE ON indicators_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_undecided_change();
"""


def guard(table: str, *may_change: str) -> migrations.RunSQL:
    """Refuses deletion, and any change of a column that is not named."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_links"), ("reports", "0002_guards")]
    operations = [
        guard(
            "indicators_evidence",
            "status",
            "sensitivity",
            "decided_by_id",
            "decided_at",
            "decision_reason",
            "retracted_by_id",
            "retracted_at",
            "retraction_reason",
        ),
        migrations.RunSQL(
            DECISION,
            "DROP TRIGGER indicators_evidence_is_decided_once ON indicators_evidence;"
            "DROP FUNCTION refuse_undecided_change()",
        ),
        guard("indicators_seriesvalue", "retracted_at"),
        guard("indicators_snapshot", "interval_low", "interval_high"),
        guard("indicators_history"),
        guard("indicators_indicator"),
        guard("indicators_factor"),
        guard("indicators_framework"),
        guard("indicators_methodversion", "provisional"),
    ]
