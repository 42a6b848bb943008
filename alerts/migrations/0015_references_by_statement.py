"""A delivery's alert, person and rule are looked for once a statement, not once a row: matching writes many rows.

What the three foreign keys held is held by triggers: nothing is written that lacks one, and none goes that has some.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together

# What is looked for is locked as a foreign key locks it: whoever deletes it waits, and whoever had deleted it is waited
# for. The plans are kept for a session, and `enable_nestloop` with them, which matching turns off for its own statement.
HELD = """
CREATE FUNCTION refuse_delivery_of_nothing() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT SET enable_nestloop = on AS $body$
DECLARE
    missing bigint;
    reader bigint;
BEGIN
    WITH named AS MATERIALIZED (SELECT DISTINCT alert_id AS id FROM made),
    held AS MATERIALIZED (SELECT id FROM alerts_alert AS parent JOIN named USING (id) FOR KEY SHARE OF parent)
    SELECT id INTO missing FROM (SELECT id FROM named EXCEPT SELECT id FROM held) AS lacking ORDER BY id LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'alerts_delivery: there is no alerts_alert %', missing USING ERRCODE = 'foreign_key_violation';
    END IF;

    -- whom a rule belongs to is held by the rule, whose own foreign key it is
    WITH named AS MATERIALIZED (SELECT DISTINCT person_id AS id FROM made WHERE subscription_id IS NULL),
    held AS MATERIALIZED (SELECT id FROM people_user AS parent JOIN named USING (id) FOR KEY SHARE OF parent)
    SELECT id INTO missing FROM (SELECT id FROM named EXCEPT SELECT id FROM held) AS lacking ORDER BY id LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'alerts_delivery: there is no people_user %', missing USING ERRCODE = 'foreign_key_violation';
    END IF;

    WITH named AS MATERIALIZED (
        SELECT DISTINCT subscription_id AS id, person_id FROM made WHERE subscription_id IS NOT NULL
    ),
    held AS MATERIALIZED (
        SELECT id, person_id FROM alerts_subscription AS parent JOIN named USING (id, person_id)
        FOR KEY SHARE OF parent
    )
    SELECT id, person_id INTO missing, reader
    FROM (SELECT id, person_id FROM named EXCEPT SELECT id, person_id FROM held) AS lacking ORDER BY id LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'alerts_delivery: there is no alerts_subscription % of people_user %', missing, reader
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $body$;
CREATE TRIGGER alerts_delivery_has_what_it_names AFTER INSERT ON alerts_delivery
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION refuse_delivery_of_nothing();
"""
LET_GO = """
DROP TRIGGER alerts_delivery_has_what_it_names ON alerts_delivery;
DROP FUNCTION refuse_delivery_of_nothing();
"""

# Looks after the rows are locked and gone, with a snapshot of its own. A transaction that keeps an older one would not
# see what was delivered since, so it deletes nothing here. Alerts are never deleted (0002_guards).
KEPT = """
CREATE FUNCTION refuse_to_leave_deliveries() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $body$
DECLARE
    named text := TG_ARGV[0];
    asked text := 'SELECT row.%1$I FROM alerts_delivery AS row JOIN gone ON gone.id = row.%1$I LIMIT 1';
    found_one bigint;
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION '% rows go in READ COMMITTED only, which shows all deliveries', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        asked := 'SELECT %1$I FROM alerts_delivery WHERE %1$I IS NOT NULL LIMIT 1';
    END IF;
    EXECUTE format(asked, named) INTO found_one;
    IF found_one IS NOT NULL THEN
        RAISE EXCEPTION '% % has deliveries', TG_TABLE_NAME, found_one USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $body$;
CREATE TRIGGER alerts_alert_is_not_emptied_under_deliveries AFTER TRUNCATE ON alerts_alert
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_leave_deliveries('alert_id');
"""
LET_ALL_GO = """
DROP TRIGGER alerts_alert_is_not_emptied_under_deliveries ON alerts_alert;
DROP FUNCTION refuse_to_leave_deliveries();
"""


def keep(table: str, column: str, *stays: str) -> migrations.RunSQL:
    """Rows that `column` of a delivery names stay, and what it names them by (`stays`) is never changed."""
    old, new = (", ".join(f"{row}.{name}" for name in stays) for row in ("OLD", "NEW"))
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_stays_under_deliveries AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_leave_deliveries('{column}');"
        f"CREATE TRIGGER {table}_is_not_emptied_under_deliveries AFTER TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_leave_deliveries('{column}');"
        f"CREATE TRIGGER {table}_keeps_its_number BEFORE UPDATE ON {table} "
        f"FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_rewrite();",
        f"DROP TRIGGER {table}_stays_under_deliveries ON {table};"
        f"DROP TRIGGER {table}_is_not_emptied_under_deliveries ON {table};"
        f"DROP TRIGGER {table}_keeps_its_number ON {table};",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0014_guard_of_what_stays'),
        ('people', '0002_staff_notices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *together([
            migrations.AlterField(
                model_name='delivery',
                name='alert',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='alerts.alert'),
            ),
            migrations.AlterField(
                model_name='delivery',
                name='person',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AlterField(
                model_name='delivery',
                name='subscription',
                field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='the rule that asked for it; none for what an office must see, and for corrections', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='alerts.subscription'),
            ),
        ]),
        migrations.RunSQL(HELD, LET_GO),
        migrations.RunSQL(KEPT, LET_ALL_GO),
        keep("people_user", "person_id", "id"),
        keep("alerts_subscription", "subscription_id", "id", "person_id"),
    ]
