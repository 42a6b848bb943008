"""What was wrong has a column of its own: a withdrawal's mail looked for it behind a mark in the stored words."""

from django.db import migrations, models

# The guards refuse any change of an alert's words; what is filled in is copied from them.
FILLED = """
ALTER TABLE alerts_alert DISABLE TRIGGER USER;
UPDATE alerts_alert SET wrong = substring(what_changed FROM '.*What was wrong: (.*)$') WHERE kind = 'withdrawal'
    AND what_changed LIKE '%What was wrong: %';
UPDATE alerts_alert SET wrong = what_changed WHERE kind = 'withdrawal' AND wrong = '';
ALTER TABLE alerts_alert ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0016_held_for_a_digest")]
    operations = [
        migrations.AddField(
            model_name="alert",
            name="wrong",
            field=models.TextField(
                blank=True, default="", verbose_name="what was wrong, as who took it back or set it right said"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILLED, migrations.RunSQL.noop),
    ]
