"""What a page of the canvas tells its script: addresses, permissions, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import NoReverseMatch, reverse

from workflows.admin.texts import texts_address
from workflows.kit.embedding import is_included, remedy
from workflows.kit.users import User, name_of
from workflows.models import Workflow, WorkflowExecution

# In the place of an id, which the script fills in.
ANY_ID = "00000000-0000-0000-0000-000000000000"
Page = Literal["canvas", "execution", "new"]
API = {
    "workflows": "workflow-list",
    "executions": "execution-list",
    "node_types": "node-types",
    "functions": "functions",
}
ADMIN = {
    "admin_workflow": "ostinato_workflows_workflow_change",
    "admin_canvas": "ostinato_workflows_workflow_canvas",
    "admin_execution": "ostinato_workflows_workflowexecution_change",
}


@dataclass(frozen=True, slots=True)
class Additions:
    """What an app above `workflows` adds to the pages."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""
    # What the user may do to the schedules of everybody, by verb.
    verbs: Mapping[str, bool] = field(default_factory=dict)


# Called for each page with the request and the name of the admin site.
Source = Callable[[HttpRequest, str], Additions]
_sources: list[Source] = []


def add_to_pages(source: Source) -> Source:
    """Have the pages tell their script what `source` returns. For `AppConfig.ready` of other
    apps, or their admin modules."""
    _sources.append(source)
    return source


def page_data(
    request: HttpRequest,
    site: AdminSite,
    page: Page,
    *,
    workflow: Workflow | None = None,
    execution: WorkflowExecution | None = None,
) -> dict[str, Any]:
    user = cast("User", request.user)
    additions = [source(request, site.name) for source in _sources]
    addresses = {**api_addresses(API), **admin_addresses(ADMIN, site.name)}
    for addition in additions:
        addresses.update(addition.addresses)
    zones = [addition.zone for addition in additions if addition.zone]
    return {
        "page": page,
        "csrf_token": get_token(request),
        "addresses": addresses,
        "workflow": workflow and _summary(workflow),
        "execution": execution and str(execution.pk),
        "may": _permissions(user, workflow),
        "verbs": {k: v for each in additions for k, v in each.verbs.items()},
        "zone": [*zones, settings.TIME_ZONE][0],
        "user": name_of(user),
        "user_id": str(user.pk),
        "texts": texts_address(request, site),
        "missing": "" if is_included() else remedy(),
    }


def api_addresses(names: Mapping[str, str]) -> dict[str, str]:
    """The addresses of these endpoints; left out are those that the project does not have."""
    return _addresses({key: f"ostinato:{name}" for key, name in names.items()})


def admin_addresses(names: Mapping[str, str], site_name: str) -> dict[str, str]:
    """The addresses of these admin pages of a row, with `ANY_ID` in the place of its id; left
    out are those that the admin site does not have."""
    pages = {key: f"admin:{name}" for key, name in names.items()}
    return _addresses(pages, args=[ANY_ID], current_app=site_name)


def _addresses(names: Mapping[str, str], **options: Any) -> dict[str, str]:
    found = {}
    for key, name in names.items():
        with suppress(NoReverseMatch):
            found[key] = reverse(name, **options)
    return found


def _summary(workflow: Workflow) -> dict[str, Any]:
    return {
        "id": str(workflow.pk),
        "name": workflow.name,
        "is_active": workflow.is_active,
        "version": workflow.version,
    }


def _permissions(user: User, workflow: Workflow | None) -> dict[str, bool]:
    """As the services check them. A schedule needs the right to run its workflow."""
    if workflow is None:
        may = user.has_perm("ostinato_workflows.add_workflow")
    else:
        is_fixed = workflow.deleting_since is not None or bool(workflow.call)
        may = not is_fixed and _may_change(user, workflow)
    return {"change": may, "run": may, "add_schedule": may}


def _may_change(user: User, workflow: Workflow) -> bool:
    if workflow.owner_id == user.pk:
        return True
    return user.has_perm("ostinato_workflows.change_workflow")
