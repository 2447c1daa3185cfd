import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

# By the index of the open ones: the ended ones need no owner any more.
OWNERS_OF_OPEN_RUNS = """
UPDATE ostinato_schedules_scheduledrun SET owner_id = (
    SELECT owner_id FROM ostinato_schedules_scheduledjob
    WHERE ostinato_schedules_scheduledjob.id = ostinato_schedules_scheduledrun.schedule_id
) WHERE status IN ('pending', 'waiting', 'running')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ostinato_schedules', '0008_names_in_any_language'),
        ('ostinato_workflows', '0008_turns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='scheduledrun',
            name='owner',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(OWNERS_OF_OPEN_RUNS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='scheduledrun',
            index=models.Index(django.db.models.expressions.RawSQL("CASE WHEN status <> 'pending' THEN NULL WHEN attempt > 1 THEN 0 WHEN origin = 'catch_up' THEN 1 WHEN origin = 'backfill' THEN 2 ELSE 0 END", ()), models.F('owner'), models.F('schedule'), models.F('due_at'), condition=models.Q(django.db.models.expressions.RawSQL("(CASE WHEN status <> 'pending' THEN NULL WHEN attempt > 1 THEN 0 WHEN origin = 'catch_up' THEN 1 WHEN origin = 'backfill' THEN 2 ELSE 0 END) IS NOT NULL", (), models.BooleanField())), name='run_in_turn'),
        ),
    ]
