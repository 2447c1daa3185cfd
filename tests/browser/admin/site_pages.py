"""The addresses of every kind of page of the admin, on a site that the samples fill."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, run_now
from tests.sample_site.filling import fill_sample_site
from workflows.models import Workflow

SCHEDULES = "/admin/ostinato_schedules/scheduledjob/"
RUNS = "/admin/ostinato_schedules/scheduledrun/"
EVENTS = "/admin/ostinato_schedules/scheduleevent/"
WORKFLOWS = "/admin/ostinato_workflows/workflow/"
EXECUTIONS = "/admin/ostinato_workflows/workflowexecution/"


def sample_pages(now: datetime) -> dict[str, str]:
    """Fill the site, and return the addresses of its pages by what they show."""
    fill_sample_site(now)
    export = ScheduledJob.objects.get(name="Nightly invoice export")
    digest = ScheduledJob.objects.get(name="Customer digest")
    proposal = ScheduledJob.objects.get(name="Weekly churn report")
    failed = ScheduledRun.objects.filter(status="failed").latest("scheduled_for")
    begun = run_now(export.pk, actor=Actor.person(export.owner), now=now)
    return {
        "overview": "/admin/",
        "schedules": SCHEDULES,
        "filtered schedules": f"{SCHEDULES}?state=attention&q=feed",
        "no schedules": f"{SCHEDULES}?q=nothing-has-this-name",
        "schedule": f"{SCHEDULES}{export.pk}/change/",
        "paused schedule": f"{SCHEDULES}{digest.pk}/change/",
        "proposal": f"{SCHEDULES}{proposal.pk}/change/",
        "new schedule": f"{SCHEDULES}add/",
        "deletion": f"{SCHEDULES}{export.pk}/delete/",
        "run": f"{RUNS}{failed.pk}/change/",
        "begun run": f"{RUNS}{begun.pk}/change/",
        "runs": RUNS,
        "load map": f"{SCHEDULES}load/",
        "calendar": f"{SCHEDULES}calendar/",
        "approvals": f"{SCHEDULES}approvals/",
        "my settings": f"{SCHEDULES}my-settings/",
        "audit trail": EVENTS,
        "event": f"{EVENTS}{ScheduleEvent.objects.latest('id').pk}/change/",
        "workflows": WORKFLOWS,
        "workflow": f"{WORKFLOWS}{Workflow.objects.latest('created_at').pk}/change/",
        "executions": EXECUTIONS,
        "webhooks": "/admin/ostinato_triggers/webhook/",
        "new webhook": "/admin/ostinato_triggers/webhook/add/",
        "tokens": "/admin/ostinato_accounts/apitoken/",
        "new token": "/admin/ostinato_accounts/apitoken/add/",
        "people": "/admin/auth/user/",
        "groups": "/admin/auth/group/",
        "password": "/admin/password_change/",
        "nobody": f"/admin/auth/user/{User.objects.latest('id').pk}/change/",
    }
