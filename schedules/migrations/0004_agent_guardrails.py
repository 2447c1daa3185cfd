"""What agents may still make is counted from indexes of their own."""

from django.conf import settings
from django.db import migrations, models

from workflows.concurrently import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # or PostgreSQL would hold up every write meanwhile

    dependencies = [
        ("schedules", "0003_agents"),
        ("workflows", "0004_execution_lease"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexBeside(
            "scheduledjob",
            models.Index(
                fields=["owner", "run_at"],
                condition=models.Q(created_by_kind="agent", schedule_type="once"),
                name="schedule_agent_once",
            ),
        ),
        AddIndexBeside(
            "scheduleevent",
            models.Index(
                fields=["actor", "-created_at"],
                condition=models.Q(actor_kind="agent", verb="create"),
                name="event_agent_created",
            ),
        ),
    ]
