"""Schedules without ticks, and the revival of those that have ended."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schedules', '0006_open_runs'),
        ('workflows', '0004_execution_lease'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='scheduledjob',
            name='schedule_type_has_exactly_its_fields',
        ),
        migrations.RemoveConstraint(
            model_name='scheduledjob',
            name='schedule_active_has_next_run',
        ),
        migrations.RemoveConstraint(
            model_name='scheduleevent',
            name='event_choices',
        ),
        migrations.AlterField(
            model_name='scheduledjob',
            name='schedule_type',
            field=models.CharField(choices=[('cron', 'Cron'), ('interval', 'Interval'), ('once', 'Once'), ('manual', 'Manual')], max_length=10),
        ),
        migrations.AlterField(
            model_name='scheduleevent',
            name='verb',
            field=models.CharField(choices=[('create', 'Create'), ('update', 'Update'), ('pause', 'Pause'), ('resume', 'Resume'), ('revive', 'Revive'), ('run', 'Run'), ('backfill', 'Backfill'), ('stop', 'Stop'), ('complete', 'Complete')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='scheduleevent',
            index=models.Index(condition=models.Q(('actor_kind', 'agent'), ('verb', 'revive')), fields=['actor', '-created_at'], name='event_agent_revived'),
        ),
        migrations.AddConstraint(
            model_name='scheduledjob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('anchor_at', None), ('interval_seconds', None), ('run_at', None), ('schedule_type', 'cron'), models.Q(('cron_expression', ''), _negated=True)), models.Q(('anchor_at__isnull', False), ('cron_expression', ''), ('interval_seconds__gte', 1), ('interval_seconds__isnull', False), ('run_at', None), ('schedule_type', 'interval')), models.Q(('anchor_at', None), ('cron_expression', ''), ('interval_seconds', None), ('run_at__isnull', False), ('schedule_type', 'once')), models.Q(('anchor_at', None), ('cron_expression', ''), ('end_at', None), ('interval_seconds', None), ('jitter_seconds', 0), ('max_runs', None), ('run_at', None), ('schedule_type', 'manual'), ('start_at', None)), _connector='OR'), name='schedule_type_has_exactly_its_fields'),
        ),
        migrations.AddConstraint(
            model_name='scheduledjob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_run_at', None), ('next_tick_at', None), ('schedule_type', 'manual')), models.Q(models.Q(('schedule_type', 'manual'), _negated=True), models.Q(models.Q(('status', 'active'), _negated=True), models.Q(('next_run_at__isnull', False), ('next_tick_at__isnull', False)), _connector='OR')), _connector='OR'), name='schedule_active_has_next_run'),
        ),
        migrations.AddConstraint(
            model_name='scheduleevent',
            constraint=models.CheckConstraint(condition=models.Q(('actor_kind__in', ['user', 'agent', 'system']), ('verb__in', ['create', 'update', 'pause', 'resume', 'revive', 'run', 'backfill', 'stop', 'complete'])), name='event_choices'),
        ),
    ]
