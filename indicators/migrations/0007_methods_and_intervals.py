"""Methods beside each other, and what a snapshot says beside its index: interval, flags, reporting."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from people.migrating import together

# A pointer to each country's score becomes one for each method. No score is touched.
BY_METHOD = """
INSERT INTO indicators_standingbymethod (country_id, method_id, snapshot_id)
SELECT standing.country_id, snapshot.method_id, standing.snapshot_id
FROM indicators_standing standing JOIN indicators_snapshot snapshot ON snapshot.id = standing.snapshot_id
"""
ONE_EACH = """
INSERT INTO indicators_standing (country_id, snapshot_id)
SELECT DISTINCT ON (country_id) country_id, snapshot_id FROM indicators_standingbymethod
ORDER BY country_id, method_id DESC
"""


class Migration(migrations.Migration):
    dependencies = [
        ("countries", "0001_initial"),
        ("indicators", "0006_series_territory_names"),
    ]

    operations = together([
        migrations.AddField("methodversion", "note", models.TextField(blank=True, default="", verbose_name="what changed, and why")),
        migrations.AddField("methodversion", "stands_from", models.DateTimeField(blank=True, null=True, verbose_name="first run published")),
        migrations.AddField("methodversion", "retired_at", models.DateTimeField(blank=True, null=True, verbose_name="no longer computed since")),
        migrations.AddField("methodversion", "gaps", models.JSONField(blank=True, default=list, verbose_name="spans from a retirement to the run after it was undone")),
        migrations.AddConstraint(
            "methodversion",
            models.CheckConstraint(
                condition=models.Q(("retired_at", None), ("retired_at__gte", models.F("published_at")), _connector="OR"),
                name="method_is_retired_after_it_was_published",
            ),
        ),
        migrations.CreateModel(
            name="StandingByMethod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="countries.country")),
                ("method", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="indicators.methodversion")),
                ("snapshot", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="indicators.snapshot")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("country", "method"), name="one_standing_score_per_country_and_method")],
            },
        ),
        migrations.RunSQL(BY_METHOD, ONE_EACH),
        migrations.DeleteModel("Standing"),
        migrations.RenameModel("StandingByMethod", "Standing"),
        migrations.AddField("snapshot", "is_rapid", models.BooleanField(null=True, verbose_name="rapid change within 90 days")),
        migrations.AddField("snapshot", "rapid_margin", models.FloatField(null=True, verbose_name="how far the change stands above what the band explains")),
        migrations.AddField("snapshot", "is_concentrated", models.BooleanField(null=True, verbose_name="one source family gives more than half")),
        migrations.AddField("snapshot", "concentration", models.FloatField(null=True, verbose_name="that family's share, 0 to 1")),
        migrations.AddField(
            "snapshot",
            "reporting",
            models.CharField(
                blank=True,
                choices=[("usual", "as usual"), ("blackout", "fallen well below its own past"), ("unknown", "too few to say")],
                default="",
                max_length=8,
                verbose_name="how much is reported",
            ),
            preserve_default=False,
        ),
        migrations.AddField("snapshot", "reports_recent", models.PositiveIntegerField(null=True, verbose_name="public reports lately")),
        migrations.AddField("snapshot", "reports_expected", models.FloatField(null=True, verbose_name="public reports by its own past")),
        migrations.CreateModel(
            name="Band",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(choices=[("years", "year ends and the day of the snapshot"), ("months", "other month ends of the last ten years")], max_length=6)),
                ("days", django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), size=None)),
                ("low", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("high", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("stored_at", models.DateTimeField()),
                ("snapshot", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bands", to="indicators.snapshot")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("snapshot", "part"), name="one_band_per_snapshot_and_part")],
            },
        ),
    ])
