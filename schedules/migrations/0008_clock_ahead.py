"""What a clock that was ahead has left: found by indexes, and withdrawn with an event."""

from django.db import migrations, models

from workflows.concurrently import AddIndexBeside

VERBS = [
    "create",
    "update",
    "pause",
    "resume",
    "revive",
    "run",
    "backfill",
    "stop",
    "complete",
    "withdraw",
]


class Migration(migrations.Migration):
    atomic = False  # or PostgreSQL would hold up every write meanwhile

    dependencies = [("schedules", "0007_manual_and_revived")]

    operations = [
        migrations.AddField(
            "scheduledjob", "early_upto", models.DateTimeField(null=True, blank=True)
        ),
        migrations.RemoveConstraint("scheduleevent", "event_choices"),
        migrations.AlterField(
            "scheduleevent",
            "verb",
            models.CharField(
                choices=[(verb, verb.capitalize()) for verb in VERBS], max_length=10
            ),
        ),
        migrations.AddConstraint(
            "scheduleevent",
            models.CheckConstraint(
                condition=models.Q(
                    actor_kind__in=["user", "agent", "system"], verb__in=VERBS
                ),
                name="event_choices",
            ),
        ),
        AddIndexBeside(
            "scheduledrun",
            models.Index(
                fields=["-range_end"],
                condition=models.Q(range_end__isnull=False),
                name="run_range_end",
            ),
        ),
        AddIndexBeside(
            "scheduleepoch",
            models.Index(fields=["-from_at"], name="epoch_newest"),
        ),
    ]
