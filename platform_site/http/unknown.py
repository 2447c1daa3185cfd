"""Addresses below ours that do not exist: answered with JSON, in every project."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt

from workflows.kit.api.problems import problem_response


@csrf_exempt
def unknown_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404, with a hint where only a slash is missing: a redirect would turn a POST into a GET
    and lose its body."""
    # The path is not repeated: the path of a webhook is a secret.
    return problem_response(404, "not_found", _detail(request.path_info))


def _detail(path: str) -> str:
    if not path.endswith("/") and _exists(f"{path}/"):
        return "Not found. Add a slash at the end of the URL."
    return "Not found: this URL does not exist."


def _exists(path: str) -> bool:
    try:
        return resolve(path).func is not unknown_address
    except Resolver404:
        return False
