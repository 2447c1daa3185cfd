from __future__ import annotations

from typing_extensions import override

from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register


@register("trigger_schedule")
class ScheduleTrigger(Component):
    """Fired by schedules: `triggers.resolver` decides from the two fields which ones. With
    neither set, every schedule of the workflow."""

    label = phrase("Schedule")
    description = "Starts the workflow when one of its schedules is due."
    category = "Triggers"
    has_effects = False
    place = 1
    icon = "calendar-clock"
    kind = "trigger"
    inputs = ()
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "scheduled_job_id": {
                "type": "string",
                "format": "uuid",
                "title": "Schedule",
                "description": "Only this schedule starts here.",
                "x-widget": "schedule",
            },
            "name_pattern": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "title": "Name pattern",
                "description": "Only schedules whose name matches, for example nightly-*",
            },
        },
    }

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result(dict(context.trigger))
