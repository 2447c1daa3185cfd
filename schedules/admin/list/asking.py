"""Who looks at the list, and when."""

from __future__ import annotations

from django.http import HttpRequest

from schedules.admin.list.conditions import Asked
from workflows.admin.frame import now_of


def asked(request: HttpRequest) -> Asked:
    return Asked(request.user, now_of(request))
