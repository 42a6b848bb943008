"""Mails that ask people to say yes to rules made for them; rules that stand were said yes to already."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0005_threads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'waiting to be sent'), ('deferred', 'deferred: to be tried again'), ('sent', 'sent: the mail server took it'), ('refused', 'refused by the mail server'), ('given_up', 'given up after many tries'), ('cancelled', 'cancelled: it need not go any more'), ('bounced', 'came back after the mail server had taken it')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('reply_code', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='what the mail server answered last')),
                ('reply_text', models.CharField(blank=True, max_length=500)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, help_text='the narrower rule that counts until the person says yes to this one', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.subscription')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='alerts.subscription')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'deferred'])), fields=['next_try_at', 'id'], name='confirmation_to_send')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'deferred'])), fields=('subscription',), name='one_open_confirmation_per_subscription'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('next_try_at__isnull', False), ('state__in', ['waiting', 'deferred'])), models.Q(('next_try_at', None), ('state__in', ['sent', 'refused', 'given_up', 'cancelled']), ('finished_at__isnull', False)), _connector='OR'), name='confirmation_is_open_or_finished')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER alerts_confirmation_is_never_rewritten BEFORE UPDATE OR DELETE ON alerts_confirmation "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewrite("
            "'state', 'attempts', 'next_try_at', 'reply_code', 'reply_text', 'finished_at')",
            "DROP TRIGGER alerts_confirmation_is_never_rewritten ON alerts_confirmation",
        ),
    ]
