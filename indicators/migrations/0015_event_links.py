"""Which event evidence is part of, said by people: a link is closed once and never rewritten."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people.migrating import together


ONCE = """
CREATE FUNCTION refuse_to_close_an_event_link_twice() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.until IS NOT NULL THEN
        RAISE EXCEPTION 'event link % is closed: wanted one that holds', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER event_link_is_closed_once BEFORE UPDATE ON indicators_eventlink
    FOR EACH ROW EXECUTE FUNCTION refuse_to_close_an_event_link_twice();
"""
NO_LONGER = """
DROP TRIGGER event_link_is_closed_once ON indicators_eventlink;
DROP FUNCTION refuse_to_close_an_event_link_twice();
"""


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
        ('indicators', '0014_evidence_corrections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='EventDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('same', 'one event'), ('different', 'different events'), ('unlink', 'taken out of its event'), ('rename', 'another name'), ('undo', 'taken back')], max_length=10)),
                ('event_key', models.CharField(blank=True, max_length=120, verbose_name='event from then on')),
                ('reason', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='event_decisions', to='indicators.evidence')),
                ('other', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='indicators.evidence')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='indicators.eventdecision')),
            ],
        ),
        migrations.CreateModel(
            name='EventLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_key', models.CharField(blank=True, max_length=120, verbose_name='event')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed', to='indicators.eventdecision')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='event_links', to='indicators.evidence')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opened', to='indicators.eventdecision')),
            ],
        ),
        migrations.AddConstraint(
            model_name='eventdecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='event_decision_says_why'),
        ),
        migrations.AddConstraint(
            model_name='eventdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'undo'), ('undoes__isnull', False)), models.Q(models.Q(('action', 'undo'), _negated=True), ('undoes', None)), _connector='OR'), name='event_decision_that_is_taken_back_is_named'),
        ),
        migrations.AddConstraint(
            model_name='eventdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action__in', ['same', 'different']), _negated=True), ('other__isnull', False), _connector='OR'), name='two_pieces_are_one_event_or_two'),
        ),
        migrations.AddConstraint(
            model_name='eventdecision',
            constraint=models.CheckConstraint(condition=models.Q(('other', None), models.Q(('other', models.F('evidence')), _negated=True), _connector='OR'), name='event_decision_is_about_two_pieces'),
        ),
        migrations.AddIndex(
            model_name='eventlink',
            index=models.Index(condition=models.Q(('until', None)), fields=['event_key'], name='link_of_an_event'),
        ),
        migrations.AddConstraint(
            model_name='eventlink',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='event_link_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='eventlink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_by', None), ('until', None)), models.Q(('closed_by__isnull', False), ('until__isnull', False)), _connector='OR'), name='closed_event_link_says_by_what'),
        ),
        migrations.AddConstraint(
            model_name='eventlink',
            constraint=models.CheckConstraint(condition=models.Q(('event_key__startswith', '~'), _negated=True), name='linked_event_leaves_the_tilde_to_the_arithmetic'),
        ),
        migrations.AddConstraint(
            model_name='eventlink',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('evidence',), name='evidence_is_in_one_event_at_a_time'),
        ),
        guard("indicators_eventdecision"),
        guard("indicators_eventlink", "until", "closed_by_id"),
        migrations.RunSQL(ONCE, NO_LONGER),
    ])
