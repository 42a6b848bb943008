"""Matching writes many deliveries at once: indexes that nothing asks, or that another one holds, cost it a third."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0006_confirmations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_latest',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='alert',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='alerts.alert'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='carried_by',
            field=models.ForeignKey(blank=True, db_index=False, help_text='the delivery in whose digest this one goes: it shares its mail and its end', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carries', to='alerts.delivery'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='endpoint',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='alerts.endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('endpoint__isnull', False)), fields=['endpoint'], name='delivery_to_endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('carried_by__isnull', False)), fields=['carried_by'], name='delivery_carried_by'),
        ),
    ])
