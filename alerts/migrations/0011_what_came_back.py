"""Mails that asked for a yes can come back too; what did not arrive can be settled with a reason."""

from django.conf import settings
from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0010_outages_and_shared_mails'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.RemoveConstraint(
            model_name='confirmation',
            name='confirmation_is_open_or_finished',
        ),
        migrations.AlterField(
            model_name='alertdecision',
            name='action',
            field=models.CharField(choices=[('edited', 'words changed'), ('released', 'released'), ('refused', 'refused'), ('lapsed', 'lapsed'), ('withdrawn', 'withdrawn'), ('corrected', 'corrected'), ('moved', 'moved to another situation'), ('told', 'what did not arrive was settled')], max_length=9),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('next_try_at__isnull', False), ('state__in', ['waiting', 'deferred'])), models.Q(('next_try_at', None), ('state__in', ['sent', 'refused', 'given_up', 'cancelled', 'bounced']), ('finished_at__isnull', False)), _connector='OR'), name='confirmation_is_open_or_finished'),
        ),
    ])
