"""Who changed what in a situation or an office, and when: written once, never rewritten nor deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0007_delivery_indexes"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=200, verbose_name='what was done, in words that name no person')),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='where one is asked for')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='the words before they were changed')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('office', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='alerts.office')),
                ('person', models.ForeignKey(blank=True, help_text='of an office: whom it is about', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('situation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='alerts.situation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('office', None), ('person', None), ('situation__isnull', False)), models.Q(('office__isnull', False), ('situation', None)), _connector='OR'), name='change_is_of_a_situation_or_of_an_office'), models.CheckConstraint(condition=models.Q(('what', ''), _negated=True), name='change_says_what')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER alerts_change_is_never_rewritten BEFORE UPDATE OR DELETE ON alerts_change "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()",
            "DROP TRIGGER alerts_change_is_never_rewritten ON alerts_change",
        ),
    ]
