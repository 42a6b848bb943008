"""Claims on passages, second readings and how they were settled, rejections in bulk; and their guards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together


def guard(table: str, *may_change: str) -> migrations.RunSQL:
    """Refuses deletion, and any change of a column that is not named."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('countries', '0001_initial'),
        ('indicators', '0010_corrections'),
        ('reports', '0003_fetching_and_feeds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='BulkRejection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500)),
                ('suggestions_count', models.PositiveIntegerField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('undone_count', models.PositiveIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PassageClaim',
            fields=[
                ('passage', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='claim', serialize=False, to='reports.passage')),
                ('claimed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SecondReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('verdict', models.CharField(choices=[('agrees', 'agrees'), ('differs', 'reads it otherwise'), ('rejects', 'would not count it')], max_length=8)),
                ('severity', models.PositiveSmallIntegerField(choices=[(0, '0: looked for, not found'), (1, '1: slight or isolated'), (2, '2: moderate or recurring'), (3, '3: serious or widespread'), (4, '4: extreme or systematic')])),
                ('reason', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('stands', models.CharField(choices=[('first', 'the first reading stands'), ('second', 'the second reading stands'), ('neither', 'neither stands')], max_length=8)),
                ('reason', models.CharField(max_length=500)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='evidence',
            name='evidence_is_decided_by_another_person',
        ),
        migrations.RemoveIndex(
            model_name='suggestion',
            name='suggestion_waiting',
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['passage', '-strength', 'id'], name='suggestion_waiting'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['-strength', 'passage', 'id'], name='suggestion_strongest'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['country', 'passage'], name='suggestion_of_a_country'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('coder')), _negated=True), ('status', 'rejected'), _connector='OR'), name='evidence_is_accepted_by_another_person'),
        ),
        migrations.AddField(
            model_name='bulkrejection',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_rejections', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkrejection',
            name='report',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.report'),
        ),
        migrations.AddField(
            model_name='bulkrejection',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.source'),
        ),
        migrations.AddField(
            model_name='bulkrejection',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suggestiondecision',
            name='bulk',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='indicators.bulkrejection', verbose_name='the bulk that it belongs to'),
        ),
        migrations.AddIndex(
            model_name='suggestiondecision',
            index=models.Index(fields=['by', '-id'], name='decisions_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='suggestiondecision',
            constraint=models.CheckConstraint(condition=models.Q(('bulk', None), ('action__in', ['reject', 'undo']), _connector='OR'), name='a_bulk_only_rejects_or_is_taken_back'),
        ),
        migrations.AddField(
            model_name='passageclaim',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='secondreading',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_readings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='secondreading',
            name='evidence',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='second_reading', to='indicators.evidence'),
        ),
        migrations.AddField(
            model_name='secondreading',
            name='indicator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='indicators.indicator'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='became',
            field=models.OneToOneField(blank=True, help_text='the evidence that says what the second reader read', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_from', to='indicators.evidence'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='settlement',
            name='reading',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='indicators.secondreading'),
        ),
        migrations.AddConstraint(
            model_name='bulkrejection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('report__isnull', False), ('source', None)), models.Q(('report', None), ('source__isnull', False)), _connector='OR'), name='bulk_rejection_is_of_a_source_or_of_a_report'),
        ),
        migrations.AddConstraint(
            model_name='bulkrejection',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='bulk_rejection_says_why'),
        ),
        migrations.AddConstraint(
            model_name='bulkrejection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_by', None), ('undone_count', None)), models.Q(('undone_at__gte', models.F('at')), ('undone_by__isnull', False), ('undone_count__isnull', False)), _connector='OR'), name='undone_bulk_rejection_says_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='passageclaim',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('claimed_at'))), name='claim_ends_after_it_was_made'),
        ),
        migrations.AddConstraint(
            model_name='secondreading',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'agrees'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='second_reading_that_disagrees_says_why'),
        ),
        migrations.AddConstraint(
            model_name='secondreading',
            constraint=models.CheckConstraint(condition=models.Q(('severity__range', (0, 4))), name='second_severity_is_from_0_to_4'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='settlement_says_why'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('became', None), ('stands', 'second'), _connector='OR'), name='only_a_second_reading_makes_new_evidence'),
        ),
        guard("indicators_secondreading"),
        guard("indicators_settlement"),
        guard("indicators_bulkrejection", "undone_at", "undone_by_id", "undone_count"),
    ])
