"""Whether this process is up (`/healthz`), and whether the site can work (`/readyz`)."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers. Asks nobody else, so it says nothing about them."""
    return JsonResponse({"status": "ok"})
