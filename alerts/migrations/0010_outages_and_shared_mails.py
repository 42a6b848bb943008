"""Tries that an outage of our own server cost nobody; mails that a digest carries have no Message-ID of their own."""

from django.conf import settings
from django.db import migrations, models

from people.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0009_duty_of_a_failed_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.RemoveConstraint(
            model_name='delivery',
            name='sent_delivery_has_the_servers_own_answer',
        ),
        migrations.AlterField(
            model_name='deliveryattempt',
            name='outcome',
            field=models.CharField(choices=[('sent', 'the mail server took it'), ('deferred', 'not now, said the mail server'), ('refused', 'refused by the mail server'), ('no_answer', 'no answer'), ('outage', 'our mail server takes no mail: no try'), ('given_up', 'given up'), ('cancelled', 'cancelled'), ('bounced', 'came back'), ('retry', 'put back by a person')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), models.Q(('reply_code__range', (200, 299)), models.Q(models.Q(('message_id', ''), _negated=True), ('carried_by__isnull', False), _connector='OR')), _connector='OR'), name='sent_delivery_has_the_servers_own_answer'),
        ),
    ])
