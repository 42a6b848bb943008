"""How often a worker began with an import: one that ends its workers is given up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0016_lexicons")]

    operations = [
        migrations.AddField(
            model_name="tableimport",
            name="attempts",
            field=models.PositiveSmallIntegerField(
                default=0, verbose_name="how often a worker began with it and came to no end"
            ),
        ),
    ]
