"""Corrections of a report's language and countries, and how both were known as it was taken in."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0006_clusters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='ReportCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(choices=[('language', 'language'), ('countries', 'countries')], max_length=10)),
                ('was', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, size=None, verbose_name='codes that held before')),
                ('became', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, size=None, verbose_name='codes that hold since')),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.AddField(
            model_name='report',
            name='countries_found',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), blank=True, null=True, size=None, verbose_name='countries that its title and text are about, most named first; none where nobody looked'),
        ),
        migrations.AddField(
            model_name='report',
            name='language_by',
            field=models.CharField(choices=[('said', 'as its publisher or sender says'), ('found', 'found in its text'), ('corrected', 'found in its text, against what its publisher or sender says')], default='said', max_length=9, verbose_name='how the language is known'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('language_by__in', ['said', 'found', 'corrected'])), name='report_says_how_its_language_is_known'),
        ),
        migrations.AddField(
            model_name='reportcorrection',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reportcorrection',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='reports.report'),
        ),
        migrations.AddField(
            model_name='reportcorrection',
            name='undoes',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='reports.reportcorrection', verbose_name='correction taken back'),
        ),
        migrations.AddIndex(
            model_name='reportcorrection',
            index=models.Index(fields=['report', 'field', '-id'], name='correction_that_holds'),
        ),
        migrations.AddConstraint(
            model_name='reportcorrection',
            constraint=models.CheckConstraint(condition=models.Q(('field__in', ['language', 'countries'])), name='correction_is_of_a_known_field'),
        ),
        migrations.AddConstraint(
            model_name='reportcorrection',
            constraint=models.CheckConstraint(condition=models.Q(('was', models.F('became')), _negated=True), name='correction_leaves_another_value'),
        ),
        migrations.AddConstraint(
            model_name='reportcorrection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('field', 'language'), _negated=True), ('became__len', 1), _connector='OR'), name='corrected_language_is_exactly_one'),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER reports_reportcorrection_is_never_rewritten BEFORE UPDATE OR DELETE "
            "ON reports_reportcorrection FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()",
            "DROP TRIGGER reports_reportcorrection_is_never_rewritten ON reports_reportcorrection",
        ),
    ])
