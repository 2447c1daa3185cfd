"""Single runs of agents keep no distance any more: their indexes go."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schedules", "0010_failure_kind")]

    operations = [
        migrations.RemoveIndex("scheduledjob", "schedule_agent_once"),
        migrations.RemoveIndex("scheduledjob", "schedule_agent_one_run"),
        migrations.RemoveIndex("scheduleevent", "event_of_an_end"),
    ]
