"""A duty opens when the first mail to the office ended, also where it failed: its words say so."""

from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0008_changes'),
    ]

    operations = together([
        migrations.AlterField(
            model_name='duty',
            name='opened_at',
            field=models.DateTimeField(verbose_name='when the first mail to the office ended: taken by the mail server, or failed'),
        ),
    ])
