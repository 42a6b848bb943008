"""Who received an alert that rested on what was retracted since: written once, never rewritten nor deleted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0002_guards'),
        ('indicators', '0014_evidence_corrections'),
    ]

    operations = [
        migrations.CreateModel(
            name='CorrectionDuty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_reason', models.BooleanField(verbose_name="named among the alert's reasons, not only counted in its score")),
                ('found_at', models.DateTimeField()),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_duties', to='alerts.delivery')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_duties', to='indicators.evidence')),
            ],
            options={
                'verbose_name_plural': 'correction duties',
                'constraints': [models.UniqueConstraint(fields=('delivery', 'evidence'), name='one_correction_duty_per_mail_and_evidence')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER alerts_correctionduty_is_never_rewritten BEFORE UPDATE OR DELETE ON alerts_correctionduty "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()",
            "DROP TRIGGER alerts_correctionduty_is_never_rewritten ON alerts_correctionduty",
        ),
    ]
