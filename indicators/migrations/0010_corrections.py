"""A search follows each correction of a report; what it does not find again is withdrawn."""

import django.db.models.deletion
from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0009_backtests'),
        ('reports', '0007_corrections'),
    ]

    operations = together([
        migrations.RemoveConstraint(
            model_name='suggestionrun',
            name='one_good_search_per_report',
        ),
        migrations.AddField(
            model_name='suggestionrun',
            name='correction',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.reportcorrection', verbose_name='latest correction of the report that it followed'),
        ),
        migrations.AlterField(
            model_name='suggestion',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting for a decision'), ('accepted', 'accepted as it was'), ('changed', 'changed and accepted'), ('rejected', 'rejected'), ('superseded', 'withdrawn: not found again after a correction of its report')], default='waiting', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='suggestionrun',
            constraint=models.UniqueConstraint(condition=models.Q(('correction', None), ('failure', '')), fields=('report',), name='one_good_search_per_report_as_taken_in'),
        ),
        migrations.AddConstraint(
            model_name='suggestionrun',
            constraint=models.UniqueConstraint(condition=models.Q(('failure', '')), fields=('correction',), name='one_good_search_per_correction'),
        ),
    ])
