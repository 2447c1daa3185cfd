"""What agents have run once or resumed, and what has ended, is found by indexes."""

from django.conf import settings
from django.db import migrations, models

from workflows.concurrently import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # or PostgreSQL would hold up every write meanwhile

    dependencies = [
        ("schedules", "0004_agent_guardrails"),
        ("workflows", "0004_execution_lease"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexBeside(
            "scheduledjob",
            models.Index(
                fields=["owner", "next_tick_at"],
                condition=models.Q(created_by_kind="agent", max_runs=1),
                name="schedule_agent_one_run",
            ),
        ),
        AddIndexBeside(
            "scheduleevent",
            models.Index(
                fields=["actor", "-created_at"],
                condition=models.Q(actor_kind="agent", verb="resume"),
                name="event_agent_resumed",
            ),
        ),
        AddIndexBeside(
            "scheduleevent",
            models.Index(
                fields=["-created_at"],
                condition=models.Q(verb__in=["stop", "complete"]),
                name="event_of_an_end",
            ),
        ),
    ]
