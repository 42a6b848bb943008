"""Who changed what in a situation or an office, who took back what, and which row was the first of a corrected one.

What was withdrawn before was promised to be shown no more: it counts as harmful, so that no page turned back tells of
it. What was recorded as a response to a correction or a withdrawal stands with the alert that this is about.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together

USER = settings.AUTH_USER_MODEL
TABLES = {"alerts_response": ("withdrawn_at", "withdrawal_reason"), "alerts_publishedwarning": ("withdrawn_at",)}
NOW = ("withdrawn_at", "withdrawn_by_id", "withdrawal_reason", "is_harmful")


def put_up(table: str, columns: tuple[str, ...]) -> str:
    named = ", ".join(f"'{column}'" for column in columns)
    return (
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({named});"
    )


FREED = " ".join(f"DROP TRIGGER {table}_is_never_rewritten ON {table};" for table in TABLES)
GUARDED_BEFORE = " ".join(put_up(table, columns) for table, columns in TABLES.items())
GUARDED = " ".join(put_up(table, NOW) for table in TABLES)

FILLED = """
WITH RECURSIVE chain AS (
    SELECT id, id AS first FROM alerts_response WHERE replaces_id IS NULL
    UNION ALL
    SELECT row.id, chain.first FROM alerts_response AS row JOIN chain ON row.replaces_id = chain.id
)
UPDATE alerts_response AS row SET original_id = chain.first
    FROM chain WHERE chain.id = row.id AND row.replaces_id IS NOT NULL;
UPDATE alerts_response AS row SET alert_id = letter.corrects_id
    FROM alerts_alert AS letter WHERE letter.id = row.alert_id AND letter.corrects_id IS NOT NULL;
UPDATE alerts_response SET is_harmful = true WHERE withdrawn_at IS NOT NULL;
UPDATE alerts_publishedwarning SET is_harmful = true WHERE withdrawn_at IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""

SAID = """
CREATE FUNCTION refuse_nameless_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
        AND (NEW.withdrawn_at, NEW.withdrawn_by_id, NEW.withdrawal_reason, NEW.is_harmful)
        IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id, OLD.withdrawal_reason, OLD.is_harmful) THEN
        RAISE EXCEPTION '% rows are withdrawn once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND (NEW.withdrawn_by_id IS NULL OR NEW.withdrawal_reason = '') THEN
        RAISE EXCEPTION 'a withdrawal from % says by whom and why', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER alerts_response_says_who_withdrew_it BEFORE UPDATE ON alerts_response
    FOR EACH ROW EXECUTE FUNCTION refuse_nameless_withdrawal();
CREATE TRIGGER alerts_publishedwarning_says_who_withdrew_it BEFORE UPDATE ON alerts_publishedwarning
    FOR EACH ROW EXECUTE FUNCTION refuse_nameless_withdrawal();
"""

UNSAID = """
DROP TRIGGER alerts_response_says_who_withdrew_it ON alerts_response;
DROP TRIGGER alerts_publishedwarning_says_who_withdrew_it ON alerts_publishedwarning;
DROP FUNCTION refuse_nameless_withdrawal();
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0007_delivery_indexes"), migrations.swappable_dependency(USER)]
    operations = together([
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=200, verbose_name='what was done, in words that name no person')),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='where one is asked for')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='the words before they were changed')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=USER)),
                ('office', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='alerts.office')),
                ('person', models.ForeignKey(blank=True, help_text='of an office: whom it is about', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=USER)),
                ('situation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='alerts.situation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('office', None), ('person', None), ('situation__isnull', False)), models.Q(('office__isnull', False), ('situation', None)), _connector='OR'), name='change_is_of_a_situation_or_of_an_office'), models.CheckConstraint(condition=models.Q(('what', ''), _negated=True), name='change_says_what')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER alerts_change_is_never_rewritten BEFORE UPDATE OR DELETE ON alerts_change "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()",
            "DROP TRIGGER alerts_change_is_never_rewritten ON alerts_change",
        ),
        migrations.RunSQL(FREED, GUARDED_BEFORE),
        migrations.AddField(
            model_name='publishedwarning',
            name='is_harmful',
            field=models.BooleanField(default=False, verbose_name='it may harm somebody: no page turned back tells of it'),
        ),
        migrations.AddField(
            model_name='publishedwarning',
            name='original',
            field=models.ForeignKey(blank=True, help_text='of a correction: the first row of all; responses are tied to that one', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.publishedwarning'),
        ),
        migrations.AddField(
            model_name='publishedwarning',
            name='replaces',
            field=models.OneToOneField(blank=True, help_text='the row that this corrects', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='alerts.publishedwarning'),
        ),
        migrations.AddField(
            model_name='publishedwarning',
            name='withdrawal_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='publishedwarning',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=USER),
        ),
        migrations.AddField(
            model_name='response',
            name='is_harmful',
            field=models.BooleanField(default=False, verbose_name='it may harm somebody: no page turned back tells of it'),
        ),
        migrations.AddField(
            model_name='response',
            name='original',
            field=models.ForeignKey(blank=True, help_text='of a correction: the first row of all', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.response'),
        ),
        migrations.AddField(
            model_name='response',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=USER),
        ),
        migrations.RunSQL(FILLED, "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AddConstraint(
            model_name='publishedwarning',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', False), models.Q(('is_harmful', False), ('withdrawal_reason', ''), ('withdrawn_by', None)), _connector='OR'), name='only_a_withdrawn_warning_says_who_withdrew_it'),
        ),
        migrations.AddConstraint(
            model_name='publishedwarning',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('original', None), ('replaces', None)), models.Q(('original__isnull', False), ('replaces__isnull', False)), _connector='OR'), name='corrected_warning_says_which_was_first'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', False), models.Q(('is_harmful', False), ('withdrawn_by', None)), _connector='OR'), name='only_a_withdrawn_response_says_who_withdrew_it'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('original', None), ('replaces', None)), models.Q(('original__isnull', False), ('replaces__isnull', False)), _connector='OR'), name='corrected_response_says_which_was_first'),
        ),
        migrations.RunSQL(GUARDED, FREED),
        migrations.RunSQL(SAID, UNSAID),
    ])
