"""The kind of failure that ended the last attempt of a run."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schedules', '0008_clock_ahead'),
        ('workflows', '0006_failure_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='scheduledrun',
            name='failure_kind',
            field=models.CharField(blank=True, choices=[('node', 'Node failed'), ('timeout', 'Timed out'), ('lost', 'Worker lost'), ('no_trigger', 'No trigger'), ('not_allowed', 'Not allowed'), ('broken', 'Broken'), ('crash', 'Crashed')], db_default='', default='', max_length=16),
        ),
        migrations.AddConstraint(
            model_name='scheduledrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status', 'failed'), models.Q(('attempt__gt', 1), ('status__in', ['pending', 'waiting', 'running'])), _connector='OR'), ('failure_kind__in', ['node', 'timeout', 'lost', 'no_trigger', 'not_allowed', 'broken', 'crash'])), models.Q(models.Q(('status', 'failed'), models.Q(('attempt__gt', 1), ('status__in', ['pending', 'waiting', 'running'])), _connector='OR', _negated=True), ('failure_kind', '')), _connector='OR'), name='run_failed_has_kind'),
        ),
    ]
