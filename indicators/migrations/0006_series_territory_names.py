"""Territories that a dataset gives no code go by their name, which is longer than a code."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0005_suggestion_guards")]

    operations = [
        migrations.AlterField(
            model_name="seriesvalue",
            name="territory",
            field=models.CharField(max_length=60, verbose_name="id of the territory in the dataset"),
        ),
    ]
