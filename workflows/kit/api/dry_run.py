"""`?dry_run=true` on a write: the same checks, nothing written, and what would change.

The verb is done for real in a transaction that is then rolled back; what it would have
sent waits for a commit that never comes. It is as short as can be: on SQLite nobody else
writes meanwhile, and a tick that fires late is seen by everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from workflows.kit.api.queries import StrictQuery

ASKED = {"true": True, "1": True, "false": False, "0": False}


class DryRun(StrictQuery):
    """A view whose writes can be tried. `before()` says how things stand.

    All that a handler does is taken back, unless it is among `attempts_parts`: who checks
    for long, or does many things, says by `attempt()` which part is.
    """

    attempts_parts: ClassVar[frozenset[str]] = frozenset()
    state_before: Any = None  # what `before()` said

    @override
    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        method = (request.method or "").lower()
        if is_dry(request) and hasattr(self, method):
            setattr(self, method, self._tried(getattr(self, method)))
        return super().dispatch(request, *args, **kwargs)

    def _tried(self, handler: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(handler)  # which declares the parameters that it takes
        def answer(*args: Any, **kwargs: Any) -> Response:
            in_parts = handler.__name__ in self.attempts_parts
            with nullcontext() if in_parts else self.attempt():
                response = handler(*args, **kwargs)
                told = {
                    "dry_run": True,
                    "before": self.state_before,
                    "after": response.data,
                }
                response.data = told | self.also(response.data)
            response.status_code = 200
            return response

        return answer

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is done within is taken back, if the request is only a try."""
        if not is_dry(self.request):
            yield
            return
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.query_params.get("dry_run", "false") not in ASKED:
            raise ValidationError({"dry_run": ["Must be true or false."]})
        if is_dry(request):
            self.state_before = self.before()

    @override
    def query_parameters(self, request: Request) -> set[str]:
        names = super().query_parameters(request)
        return names if request.method in SAFE_METHODS else {*names, "dry_run"}

    def before(self) -> Any:
        """What the address names, as it stands; None where it names nothing yet."""
        return None

    def also(self, after: Any) -> dict[str, Any]:
        """More that a dry run tells, from what the answer would have been."""
        return {}


def is_dry(request: HttpRequest | Request) -> bool:
    """Whether a write is only to be tried. What it would make must then not be shown as
    if it were real: a secret that opens nothing."""
    return request.method not in SAFE_METHODS and ASKED.get(
        request.GET.get("dry_run", ""), False
    )
