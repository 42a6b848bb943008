"""A correction takes the place of the row that it corrects, in one moment: PostgreSQL itself sees to it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from people.migrating import together

MAY_CHANGE = (
    "status", "sensitivity", "decided_by_id", "decided_at", "decision_reason", "retracted_by_id", "retracted_at",
    "retraction_reason",
)
TWIN = ["passage", "indicator", "country", "polarity", "event_key", "event_on", "family"]

TAKES_ITS_PLACE = """
CREATE FUNCTION refuse_correction_beside_its_original() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    gone_at timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.known_at IS DISTINCT FROM OLD.known_at
        AND NOT (NEW.corrects_id IS NOT NULL AND OLD.status = 'proposed' AND NEW.status = 'accepted') THEN
        RAISE EXCEPTION 'evidence is never known anew, but a correction when it is accepted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.corrects_id IS NOT NULL AND NEW.status = 'accepted' AND (TG_OP = 'INSERT' OR OLD.status <> 'accepted') THEN
        SELECT retracted_at INTO gone_at FROM indicators_evidence WHERE id = NEW.corrects_id;
        IF gone_at IS NULL OR (NEW.known_at AT TIME ZONE 'UTC')::date < (gone_at AT TIME ZONE 'UTC')::date THEN
            RAISE EXCEPTION 'a correction counts from when its original does not' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER indicators_evidence_takes_its_place BEFORE INSERT OR UPDATE ON indicators_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_correction_beside_its_original();
"""


def guarded(*may_change: str) -> str:
    columns = ", ".join(f"'{column}'" for column in may_change)
    return (
        "DROP TRIGGER indicators_evidence_is_never_rewritten ON indicators_evidence; "
        "CREATE TRIGGER indicators_evidence_is_never_rewritten BEFORE UPDATE OR DELETE ON indicators_evidence "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})"
    )


class Migration(migrations.Migration):

    dependencies = [("indicators", "0013_events")]

    operations = together([
        migrations.AddField(
            "evidence",
            "corrects",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrections",
                to="indicators.evidence", help_text="the row whose place it takes once another person accepts it",
            ),
        ),
        migrations.AddField(
            "evidence", "correction_reason", models.CharField(blank=True, db_default="", default="", max_length=500)
        ),
        migrations.RemoveConstraint("evidence", "one_live_evidence_per_passage_indicator_and_event"),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="") | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="correction_of_evidence_says_why",
            ),
        ),
        migrations.AddConstraint(
            "evidence",
            models.UniqueConstraint(
                fields=["corrects"], condition=~Q(status="rejected"), name="one_live_correction_per_evidence"
            ),
        ),
        migrations.AddConstraint(
            "evidence",
            models.UniqueConstraint(
                fields=TWIN,
                condition=Q(status="accepted") | Q(status="proposed", corrects=None),
                name="one_live_evidence_per_passage_indicator_and_event",
            ),
        ),
        migrations.RunSQL(guarded(*MAY_CHANGE, "known_at"), guarded(*MAY_CHANGE)),
        migrations.RunSQL(
            TAKES_ITS_PLACE,
            "DROP TRIGGER indicators_evidence_takes_its_place ON indicators_evidence;"
            "DROP FUNCTION refuse_correction_beside_its_original()",
        ),
    ])
