"""The page in the place of one that cannot be made, such as while the database is away."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from workflows.kit.api.problems import with_retry_after
from workflows.kit.errors import DomainError, Unavailable
from workflows.kit.refusals import refusal_of

View = Callable[..., Any]
_TITLES: dict[int, str | Promise] = {
    400: gettext_lazy("Bad Request"),
    403: gettext_lazy("Forbidden"),
    404: gettext_lazy("Not Found"),
    409: gettext_lazy("Conflict"),
    500: gettext_lazy("Internal Server Error"),
    503: gettext_lazy("Service Unavailable"),
}


def refusal_page(refusal: DomainError) -> HttpResponse:
    """What, why, and how to mend it. Rendered without user and session: these would need the
    database."""
    status = HTTPStatus(refusal.http_status)
    title = _TITLES.get(status, status.phrase)
    context = {"title": title, "status": int(status), "refusal": refusal}
    text = loader.render_to_string("ostinato/admin/refusal.html", context)
    return with_retry_after(HttpResponse(text, status=status), refusal)


def answering_outages(view: View) -> View:
    """The view, which says so if the database is away, also in a project whose own pages do
    not."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except Exception as error:
            refusal = refusal_of(error)
            if not isinstance(refusal, Unavailable):
                raise
            return refusal_page(refusal)

    return answered
