"""The list of one owner's schedules, read from its index alone."""

from django.db import migrations, models

from workflows.concurrently import AddIndexBeside, RemoveIndexBeside


class Migration(migrations.Migration):
    atomic = False  # or PostgreSQL would hold up every write meanwhile

    dependencies = [("schedules", "0001_initial")]

    operations = [
        AddIndexBeside(
            "scheduledjob",
            models.Index(
                fields=["owner", "-created_at", "id"], name="schedule_of_owner"
            ),
        ),
        RemoveIndexBeside("scheduledjob", "schedule_owner_newest"),
    ]
