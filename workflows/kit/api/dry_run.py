"""`?dry_run=true` on a write: the same checks, nothing written, and what would change.

The verb runs in a transaction that is then rolled back; what it would send waits for a
commit that never comes. The transaction is kept as short as possible: on SQLite no other
client can write meanwhile, and a tick would fire late.
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

BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class DryRun(StrictQuery):
    """A view whose writes support dry runs. `before()` gives the state before the write.

    A handler is rolled back as a whole, unless `attempts_parts` names it: a handler that
    checks for a long time, or does many things, wraps each write in `attempt()` instead.
    """

    attempts_parts: ClassVar[frozenset[str]] = frozenset()
    state_before: Any = None  # the result of `before()`

    @override
    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        method = (request.method or "").lower()
        if is_dry(request) and hasattr(self, method):
            setattr(self, method, self._tried(getattr(self, method)))
        return super().dispatch(request, *args, **kwargs)

    def _tried(self, handler: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(handler)  # it carries the declaration of its parameters
        def answer(*args: Any, **kwargs: Any) -> Response:
            in_parts = handler.__name__ in self.attempts_parts
            with nullcontext() if in_parts else self.attempt():
                response = handler(*args, **kwargs)
                report = {
                    "dry_run": True,
                    "before": self.state_before,
                    "after": response.data,
                }
                response.data = report | self.extra_fields(response.data)
            response.status_code = 200
            return response

        return answer

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Roll back what the body does if the request is a dry run."""
        if not is_dry(self.request):
            yield
            return
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.query_params.get("dry_run", "false") not in BOOLEANS:
            raise ValidationError({"dry_run": ["Must be true or false."]})
        if is_dry(request):
            self.state_before = self.before()

    @override
    def query_parameters(self, request: Request) -> set[str]:
        names = super().query_parameters(request)
        return names if request.method in SAFE_METHODS else {*names, "dry_run"}

    def before(self) -> Any:
        """The current state of the resource; None if it does not exist yet."""
        return None

    def extra_fields(self, after: Any) -> dict[str, Any]:
        """Additional fields of the response to a dry run; `after` is the usual response."""
        return {}


def is_dry(request: HttpRequest | Request) -> bool:
    """Whether the request is a dry run. A secret that it creates must not be shown, since
    it will not be valid."""
    return request.method not in SAFE_METHODS and BOOLEANS.get(
        request.GET.get("dry_run", ""), False
    )
