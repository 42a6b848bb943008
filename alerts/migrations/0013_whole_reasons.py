"""Reasons are kept whole: only a mail shortens them."""

from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0012_postponed'),
    ]

    operations = together([
        migrations.AlterField(
            model_name='alertreason',
            name='text',
            field=models.CharField(max_length=1000, verbose_name='in our words, uncut'),
        ),
    ])
