"""Every alert stands in the situation of its country, and rules that counted so far were asked for."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F
from django.utils.text import slugify


def guard(table: str, *may_change: str) -> migrations.RunSQL:
    """Refuses deletion, and any change of a column that is not named."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
    )


def freed(table: str, *may_change: str) -> migrations.RunSQL:
    """Takes the guard away, and puts the former one up on the way back."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
    )


DECISION = ("state", "decided_by_id", "decided_at", "decision_reason", "released_at", "matched_at")
WORDS = (
    "headline", "what_changed", "how_sure", "not_known", "can_be_done", "who_is_at_risk", "confidence", "valid_until",
    "sensitivity", "is_dry_run",
)  # fmt: skip
POSTED = (
    "state", "attempts", "next_try_at", "message_id", "message", "fingerprint", "written_at", "reply_code", "reply_text",
    "finished_at",
)  # fmt: skip

DRAFT_ONLY = """
CREATE FUNCTION refuse_other_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.state <> 'draft' AND
        (NEW.headline, NEW.what_changed, NEW.how_sure, NEW.not_known, NEW.can_be_done, NEW.who_is_at_risk,
         NEW.confidence, NEW.valid_until, NEW.sensitivity, NEW.is_dry_run)
        IS DISTINCT FROM
        (OLD.headline, OLD.what_changed, OLD.how_sure, OLD.not_known, OLD.can_be_done, OLD.who_is_at_risk,
         OLD.confidence, OLD.valid_until, OLD.sensitivity, OLD.is_dry_run) THEN
        RAISE EXCEPTION 'the words of an alert that was decided are never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
        RAISE EXCEPTION 'an alert is withdrawn once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER alerts_alert_keeps_its_words BEFORE UPDATE ON alerts_alert
    FOR EACH ROW EXECUTE FUNCTION refuse_other_words();
"""


def thread(apps, schema_editor):  # type: ignore[no-untyped-def]
    """A home situation for each country that has alerts; its instant is that of the first of them."""
    Alert, Situation = apps.get_model("alerts", "Alert"), apps.get_model("alerts", "Situation")
    Place, Subscription = apps.get_model("alerts", "SituationPlace"), apps.get_model("alerts", "Subscription")
    for alert in Alert.objects.order_by("country", "raised_at", "pk").distinct("country").select_related("country"):
        country = alert.country
        slug = slugify(country.name_en)[:70] or country.iso3.lower()
        slug = f"{slug}-{country.iso3.lower()}" if Situation.objects.filter(slug=slug).exists() else slug
        made = Situation.objects.create(slug=slug, name=country.name_en, opened_at=alert.raised_at)
        Place.objects.create(situation=made, country=country, is_home=True, since=alert.raised_at)
        Alert.objects.filter(country=country).update(situation=made)
    Subscription.objects.filter(confirmed_at=None).update(confirmed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_answers")]
    operations = [
        freed("alerts_alert", *DECISION),
        migrations.RunPython(thread, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),  # or no column can be altered yet
        migrations.AlterField(
            "alert",
            "situation",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="alerts.situation"
            ),
        ),
        guard("alerts_alert", *DECISION, *WORDS, "situation_id", "withdrawn_at"),
        migrations.RunSQL(
            DRAFT_ONLY,
            "DROP TRIGGER alerts_alert_keeps_its_words ON alerts_alert; DROP FUNCTION refuse_other_words()",
        ),
        freed("alerts_delivery", *POSTED),
        guard("alerts_delivery", *POSTED, "carried_by_id"),
        guard("alerts_alertdecision"),
        guard("alerts_dutystep"),
        guard("alerts_acknowledgement"),
        guard("alerts_response", "withdrawn_at", "withdrawal_reason"),
        guard("alerts_responsestep"),
        guard("alerts_publishedwarning", "withdrawn_at"),
    ]
