"""A snapshot is immutable whole, its band too; a method changes only in how it stands."""

from django.db import migrations


def guard(table: str, *may_change: str) -> str:
    """Refuses deletion, and any change of a column that is not named."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return (
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns});"
    )


def no_guard(table: str) -> str:
    return f"DROP TRIGGER {table}_is_never_rewritten ON {table};"


METHOD, SNAPSHOT, BAND = "indicators_methodversion", "indicators_snapshot", "indicators_band"
STOOD = """
UPDATE indicators_methodversion method SET stands_from =
    (SELECT min(published_at) FROM indicators_scorerun run WHERE run.method_id = method.id AND run.state = 'published')
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0007_methods_and_intervals"), ("reports", "0002_guards")]
    operations = [
        migrations.RunSQL(
            no_guard(METHOD) + guard(METHOD, "provisional", "stands_from", "retired_at", "gaps"),
            no_guard(METHOD) + guard(METHOD, "provisional"),
        ),
        migrations.RunSQL(
            no_guard(SNAPSHOT) + guard(SNAPSHOT),
            no_guard(SNAPSHOT) + guard(SNAPSHOT, "interval_low", "interval_high"),
        ),
        migrations.RunSQL(guard(BAND), no_guard(BAND)),
        migrations.RunSQL(STOOD, migrations.RunSQL.noop),
    ]
