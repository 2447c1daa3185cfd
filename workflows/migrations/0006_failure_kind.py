"""The kind of failure that ended an execution."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0005_deletion'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='workflowexecution',
            name='failure_kind',
            field=models.CharField(blank=True, choices=[('node', 'Node failed'), ('timeout', 'Timed out'), ('lost', 'Worker lost'), ('no_trigger', 'No trigger'), ('not_allowed', 'Not allowed'), ('broken', 'Broken'), ('crash', 'Crashed')], db_default='', default='', max_length=16),
        ),
        migrations.AddConstraint(
            model_name='workflowexecution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'failed'), ('failure_kind__in', ['node', 'timeout', 'lost', 'no_trigger', 'not_allowed', 'broken', 'crash'])), models.Q(models.Q(('status', 'failed'), _negated=True), ('failure_kind', '')), _connector='OR'), name='execution_failed_has_kind'),
        ),
    ]
