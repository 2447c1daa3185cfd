from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def without_index(model: str, name: str, field: models.Field[Any, Any], index: str) -> migrations.SeparateDatabaseAndState:
    """An index of a large table is dropped alone: to alter a field, Django would copy the
    whole table on SQLite."""
    table = f'ostinato_workflows_{model}'
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
        for table in ("ostinato_workflows_workflowexecution", "ostinato_workflows_noderun"):
            schema_editor.execute(f'LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE')


class Migration(migrations.Migration):

    dependencies = [
        ('ostinato_workflows', '0008_turns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lock, lock),
        without_index(
            'noderun',
            'execution',
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='node_runs', to='ostinato_workflows.workflowexecution'),
            'ostinato_workflows_noderun_execution_id_435f6832',
        ),
        without_index(
            'workflowexecution',
            'owner',
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ostinato_executions', to=settings.AUTH_USER_MODEL),
            'ostinato_workflows_workflowexecution_owner_id_1879558c',
        ),
        without_index(
            'workflowexecution',
            'workflow',
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='executions', to='ostinato_workflows.workflow'),
            'ostinato_workflows_workflowexecution_workflow_id_338858a8',
        ),
        migrations.AddIndex(
            model_name='workflowexecution',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='execution_of_parent'),
        ),
        without_index(
            'workflowexecution',
            'parent',
            models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='children', to='ostinato_workflows.workflowexecution'),
            'ostinato_workflows_workflowexecution_parent_id_36091833',
        ),
    ]
