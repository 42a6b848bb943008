"""Signals wait for what becomes of the alert that would mute them: a draft that dies takes none with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0011_what_came_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='Postponed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postponed', to='alerts.alert')),
                ('signal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='postponed', to='alerts.signal')),
            ],
        ),
    ]
