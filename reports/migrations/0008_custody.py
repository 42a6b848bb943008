"""The chain of custody; reports that stand get an entry of what their own rows say, marked as written later."""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reports.chain import Link, digest_of

BATCH = 500
ROWS = """
SELECT id, sha256, octet_length(bytes), media_type, reader, extractor, extractor_version, language, language_by,
    encode(sha256(convert_to(text, 'UTF8')), 'hex'), length(text)
FROM reports_report WHERE id > %s ORDER BY id LIMIT %s
"""


def write_what_stands(apps, schema_editor):
    """Two entries for each report: stored, and made into text."""
    entry, at, after = apps.get_model("reports", "CustodyEntry"), dt.datetime.now(dt.UTC), 0
    while True:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(ROWS, [after, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        entry.objects.bulk_create([made for row in rows for made in entries_of(entry, row, at)])
        after = rows[-1][0]


def entries_of(entry, row, at):
    number, sha256, size, media_type, reader, extractor, version, language, language_by, text, characters = row
    stored = {"sha256": sha256, "size": size, "media_type": media_type, "written_later": True}
    extracted = {
        "reader": reader, "extractor": extractor, "extractor_version": version, "language": language,
        "language_by": language_by, "text": text, "characters": characters, "written_later": True,
    }
    previous = ""
    for place, (deed, details) in enumerate((("stored", stored), ("extracted", extracted)), start=1):
        link = Link(f"report {number}", place, deed, at, None, "migration", details, previous)
        yield entry(
            report_id=number, number=place, deed=deed, at=at, stage="migration", details=details, previous=previous,
            digest=digest_of(link),
        )
        previous = digest_of(link)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0007_corrections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CustodyCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('sample', models.PositiveIntegerField(blank=True, null=True, verbose_name='so many drawn by chance; none where all are checked')),
                ('last', models.PositiveBigIntegerField(verbose_name='highest number of a report as it began')),
                ('last_entry', models.PositiveBigIntegerField(verbose_name='highest number of an entry as it began')),
                ('entries_count', models.PositiveBigIntegerField(verbose_name='entries up to that one, as it began')),
                ('reached', models.PositiveBigIntegerField(default=0, verbose_name='number of the report that it checked last')),
                ('checked', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('failed__lte', models.F('checked'))), name='failed_reports_are_among_those_checked'), models.UniqueConstraint(condition=models.Q(('finished_at', None), ('sample', None)), fields=('sample',), name='one_full_custody_check_at_a_time', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='CustodyEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='place in its chain, from 1')),
                ('deed', models.CharField(choices=[('asked', 'asked for'), ('received', 'received'), ('fetched', 'fetched'), ('unchanged', 'asked for, and not changed since'), ('read_again', 'sent to be read again'), ('failed', 'could not be taken in'), ('finished', 'taken in'), ('let_go', 'bytes let go of'), ('stored', 'stored'), ('extracted', 'made into text'), ('came_again', 'came again, the same to the byte'), ('corrected', 'corrected'), ('clustered', 'held to be the same text as another'), ('split', 'held to be another text again'), ('searched', 'searched for suggestions'), ('closed', 'shown to fewer people'), ('handed_out', 'original bytes handed out'), ('check_failed', 'checked, and not as it was stored'), ('check_passed', 'checked, and as it was stored again')], max_length=12)),
                ('at', models.DateTimeField()),
                ('stage', models.CharField(blank=True, max_length=20, verbose_name='stage or command that did it')),
                ('details', models.JSONField(blank=True, default=dict, verbose_name='ids, digests, codes and counts')),
                ('previous', models.CharField(blank=True, max_length=64, verbose_name='digest of the entry before it')),
                ('digest', models.CharField(max_length=64, verbose_name='SHA-256 of all that it says')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='custody', to='reports.report')),
                ('retrieval', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='custody', to='reports.retrieval')),
            ],
            options={
                'verbose_name_plural': 'custody entries',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('report', None), ('retrieval__isnull', False)), models.Q(('report__isnull', False), ('retrieval', None)), _connector='OR'), name='custody_entry_is_of_one_report_or_one_retrieval'), models.CheckConstraint(condition=models.Q(('by__isnull', False), models.Q(('stage', ''), _negated=True), _connector='OR'), name='custody_entry_says_who_or_which_stage'), models.CheckConstraint(condition=models.Q(models.Q(('number', 1), ('previous', '')), models.Q(('number__gt', 1), models.Q(('previous', ''), _negated=True)), _connector='OR'), name='custody_entry_but_the_first_has_one_before_it'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='custody_digest_is_sha256'), models.UniqueConstraint(condition=models.Q(('report__isnull', False)), fields=('report', 'number'), name='one_custody_entry_per_report_and_number'), models.UniqueConstraint(condition=models.Q(('retrieval__isnull', False)), fields=('retrieval', 'number'), name='one_custody_entry_per_retrieval_and_number')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER reports_custodyentry_is_never_rewritten BEFORE UPDATE OR DELETE "
            "ON reports_custodyentry FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()",
            "DROP TRIGGER reports_custodyentry_is_never_rewritten ON reports_custodyentry",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER reports_custodycheck_is_never_rewritten BEFORE UPDATE OR DELETE "
            "ON reports_custodycheck FOR EACH ROW "
            "EXECUTE FUNCTION refuse_rewrite('finished_at', 'reached', 'checked', 'failed')",
            "DROP TRIGGER reports_custodycheck_is_never_rewritten ON reports_custodycheck",
        ),
        migrations.RunPython(write_what_stands, migrations.RunPython.noop),
    ]
