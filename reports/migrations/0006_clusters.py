"""Signatures, pairs and clusters of reports that carry one text; a membership is closed once and never rewritten."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together


ONCE = """
CREATE FUNCTION refuse_to_close_a_membership_twice() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.until IS NOT NULL THEN
        RAISE EXCEPTION 'membership % is closed: wanted one that holds', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER membership_is_closed_once BEFORE UPDATE ON reports_clustermember
    FOR EACH ROW EXECUTE FUNCTION refuse_to_close_a_membership_twice();
"""
NO_LONGER = """
DROP TRIGGER membership_is_closed_once ON reports_clustermember;
DROP FUNCTION refuse_to_close_a_membership_twice();
"""


def guard(table: str, *may_change: str) -> migrations.RunSQL:
    """Refuses deletion, and any change of a column that is not named (the function stands in 0002)."""
    columns = ", ".join(f"'{column}'" for column in may_change)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_is_never_rewritten BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_rewrite({columns})",
        f"DROP TRIGGER {table}_is_never_rewritten ON {table}",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_extraction'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='Cluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ClusterDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('same', 'the same text'), ('update', 'an update'), ('different', 'different texts'), ('split', 'taken out'), ('undo', 'taken back')], max_length=10)),
                ('reason', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
                ('pairs_before', models.JSONField(blank=True, default=dict, verbose_name='states of the pairs that it changed')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('other', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.report')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cluster_decisions', to='reports.report')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='reports.clusterdecision')),
            ],
        ),
        migrations.CreateModel(
            name='ClusterMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('whole', 'the same text'), ('update', 'another version'), ('part', 'some passages of it')], max_length=6)),
                ('passages', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('sensitivity', models.PositiveSmallIntegerField(choices=[(0, 'public'), (1, 'internal'), (2, 'confidential'), (3, 'strictly confidential')], verbose_name='of the report when this was written')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed', to='reports.clusterdecision')),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='reports.cluster')),
                ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opened', to='reports.clusterdecision')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='signature', serialize=False, to='reports.report')),
                ('version', models.PositiveSmallIntegerField(verbose_name='of the way in which it was made')),
                ('shingles', models.PositiveIntegerField(verbose_name='different sequences of five words')),
                ('minhash', models.BinaryField(blank=True, verbose_name='128 numbers of four bytes; none for a short text')),
                ('signed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['-signed_at'], name='signature_last_made')],
                'constraints': [models.CheckConstraint(condition=models.Q(('minhash', b''), ('shingles__gt', 0), _connector='OR'), name='signature_of_a_text_has_shingles')],
            },
        ),
        migrations.CreateModel(
            name='SignatureKey',
            fields=[
                ('pk', models.CompositePrimaryKey('key', 'report', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BigIntegerField()),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='TextPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of_first', models.FloatField(verbose_name='share of the first that stands in the second')),
                ('of_second', models.FloatField(verbose_name='share of the second that stands in the first')),
                ('state', models.CharField(choices=[('linked', 'one text, found by the machine'), ('waiting', 'waits for a person'), ('same', 'the same text'), ('update', 'an update of the earlier one'), ('different', 'different texts')], max_length=10)),
                ('found_at', models.DateTimeField()),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.report')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.report')),
            ],
        ),
        migrations.AddConstraint(
            model_name='clusterdecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='cluster_decision_says_why'),
        ),
        migrations.AddConstraint(
            model_name='clusterdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'undo'), ('undoes__isnull', False)), models.Q(models.Q(('action', 'undo'), _negated=True), ('undoes', None)), _connector='OR'), name='what_is_taken_back_is_named'),
        ),
        migrations.AddConstraint(
            model_name='clustermember',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='membership_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='clustermember',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'part'), ('passages__len__gt', 0)), models.Q(models.Q(('kind', 'part'), _negated=True), ('passages', [])), _connector='OR'), name='part_of_a_report_has_named_passages'),
        ),
        migrations.AddConstraint(
            model_name='clustermember',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', False), ('closed_by', None), _connector='OR'), name='membership_that_holds_is_closed_by_nobody'),
        ),
        migrations.AddConstraint(
            model_name='clustermember',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None), models.Q(('kind', 'part'), _negated=True)), fields=('report',), name='report_is_in_one_cluster_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='clustermember',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'part'), ('until', None)), fields=('cluster', 'report'), name='passages_of_a_report_are_in_a_cluster_once'),
        ),
        migrations.AddIndex(
            model_name='textpair',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['-id'], name='pair_waiting'),
        ),
        migrations.AddConstraint(
            model_name='textpair',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='two_reports_are_compared_once'),
        ),
        migrations.AddConstraint(
            model_name='textpair',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='pair_is_in_the_order_of_its_numbers'),
        ),
        migrations.AddConstraint(
            model_name='textpair',
            constraint=models.CheckConstraint(condition=models.Q(('of_first__range', (0, 1)), ('of_second__range', (0, 1))), name='shares_are_from_0_to_1'),
        ),
        guard("reports_clustermember", "until", "closed_by_id"),
        guard("reports_clusterdecision"),
        guard("reports_textpair", "state"),
        migrations.RunSQL(ONCE, NO_LONGER),
    ])
