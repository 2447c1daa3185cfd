from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def without_index(model: str, name: str, field: models.Field[Any, Any], index: str) -> migrations.SeparateDatabaseAndState:
    """An index of a large table is dropped alone: to alter a field, Django would copy the
    whole table on SQLite."""
    table = f'ostinato_schedules_{model}'
    drop = migrations.RunSQL(
        f'DROP INDEX IF EXISTS {index}',
        f'CREATE INDEX {index} ON {table} ({name}_id)',
    )
    alter = migrations.AlterField(model_name=model, name=name, field=field)
    return migrations.SeparateDatabaseAndState([drop], [alter])


def lock(apps: Any, schema_editor: Any) -> None:
    """Wait for what is being written, and have others wait, in the order in which a worker
    takes these tables: taken one after the other, they would deadlock."""
    if schema_editor.connection.vendor == 'postgresql':
        for table in ("ostinato_schedules_scheduledjob", "ostinato_schedules_scheduledrun"):
            schema_editor.execute(f'LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE')


class Migration(migrations.Migration):

    dependencies = [
        ('ostinato_schedules', '0009_turns'),
        ('ostinato_workflows', '0009_fewer_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lock, lock),
        migrations.AlterField(
            model_name='scheduledjob',
            name='key',
            field=models.CharField(blank=True, max_length=200, null=True),
        ),
        migrations.AddConstraint(
            model_name='scheduledjob',
            constraint=models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('key',), name='schedule_key'),
        ),
        without_index(
            'scheduledjob',
            'owner',
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ostinato_schedules', to=settings.AUTH_USER_MODEL),
            'ostinato_schedules_scheduledjob_owner_id_c32d300e',
        ),
        migrations.AddIndex(
            model_name='scheduledjob',
            index=models.Index(condition=models.Q(('trigger_node__isnull', False)), fields=['trigger_node'], name='schedule_of_node'),
        ),
        without_index(
            'scheduledjob',
            'trigger_node',
            models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='schedules', to='ostinato_workflows.workflownode'),
            'ostinato_schedules_scheduledjob_trigger_node_id_ce710d60',
        ),
        migrations.AddIndex(
            model_name='scheduledjob',
            index=models.Index(condition=models.Q(('created_by__isnull', False)), fields=['created_by'], name='schedule_of_creator'),
        ),
        without_index(
            'scheduledjob',
            'created_by',
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            'ostinato_schedules_scheduledjob_created_by_id_bbd037b9',
        ),
        migrations.AddIndex(
            model_name='scheduledrun',
            index=models.Index(condition=models.Q(('execution__isnull', False)), fields=['execution'], name='run_of_execution'),
        ),
        without_index(
            'scheduledrun',
            'execution',
            models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scheduled_runs', to='ostinato_workflows.workflowexecution'),
            'ostinato_schedules_scheduledrun_execution_id_2c3efb5e',
        ),
        without_index(
            'scheduleepoch',
            'schedule',
            models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='epochs', to='ostinato_schedules.scheduledjob'),
            'ostinato_schedules_scheduleepoch_schedule_id_1dad441c',
        ),
        # The three in one: their table is locked until it is built.
        migrations.RemoveConstraint(
            model_name='scheduledrun',
            name='one_ledger_row_a_tick',
        ),
        migrations.RemoveConstraint(
            model_name='scheduledrun',
            name='one_backfill_row_a_tick',
        ),
        migrations.RemoveIndex(
            model_name='scheduledrun',
            name='run_of_schedule',
        ),
        migrations.AddConstraint(
            model_name='scheduledrun',
            constraint=models.UniqueConstraint(models.F('schedule'), models.OrderBy(models.F('scheduled_for'), descending=True), models.Case(models.When(origin__in=['schedule', 'catch_up'], then=1), models.When(origin='backfill', then=2)), name='run_of_schedule'),
        ),
    ]
