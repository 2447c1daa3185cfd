"""The two groups that a new database has: made once, and left to people from then on."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connections, router, transaction
from django.utils import timezone

from schedules.models import DoneOnce

SCHEDULES, WORKFLOWS = "ostinato_schedules", "ostinato_workflows"
# What both see: schedules with their history, and what these run.
SEEN = {
    (SCHEDULES, "view_scheduledjob"),
    (SCHEDULES, "view_scheduledrun"),
    (SCHEDULES, "view_scheduleevent"),
    (SCHEDULES, "view_scheduleepoch"),
    (WORKFLOWS, "view_workflow"),
    (WORKFLOWS, "view_workflowexecution"),
}
GROUPS = {
    "Schedule operators": SEEN
    | {(SCHEDULES, f"{verb}_scheduledjob") for verb in ("pause", "resume", "run")},
    # Who may change a schedule may pause, resume and run it as well.
    "Schedule editors": SEEN
    | {(SCHEDULES, f"{verb}_scheduledjob") for verb in ("add", "change", "delete")},
}
MARK = "groups"


def make_groups(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After the first migration, and never again: groups that people have changed, renamed
    or deleted stay as they are. So does a group of that name that a project had before."""
    models = (DoneOnce, Group, Permission)
    if not all(router.allow_migrate_model(using, model) for model in models):
        return
    if not _has_table(using):  # migrated back to before it
        return
    with transaction.atomic(using=using):
        now = timezone.now()  # noqa: TID251 an entry point: migrations have no time
        mark = DoneOnce.objects.using(using)
        if not mark.get_or_create(name=MARK, defaults={"done_at": now})[1]:
            return
        # Django makes them in this very signal, for some projects after us.
        for label in (SCHEDULES, WORKFLOWS):
            create_permissions(apps.get_app_config(label), verbosity=0, using=using)
        for name, wanted in GROUPS.items():
            group, is_new = Group.objects.using(using).get_or_create(name=name)
            if is_new:
                group.permissions.set(_permissions(wanted, using))


def _has_table(using: str) -> bool:
    with connections[using].cursor() as cursor:
        tables = connections[using].introspection.table_names(cursor)
    return DoneOnce._meta.db_table in tables


def _permissions(wanted: set[tuple[str, str]], using: str) -> list[Permission]:
    codenames = {codename for _, codename in wanted}
    found = Permission.objects.using(using).select_related("content_type")
    return [
        permission
        for permission in found.filter(codename__in=codenames)
        if (permission.content_type.app_label, permission.codename) in wanted
    ]
