"""What the machine suggested and what people decided is never rewritten nor deleted: PostgreSQL itself refuses."""

from django.db import migrations


def guard(table: str, *may_change: str) -> migrations.RunSQL:
    """Refuses deletion, and any change of a column that is not named."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("indicators", "0004_suggestions"), ("reports", "0002_guards")]
    operations = [
        guard("indicators_suggestion", "state"),
        guard("indicators_suggestiondecision"),
        guard("indicators_suggestionrun"),
    ]
