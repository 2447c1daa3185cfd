"""The one table of refusals: which errors are the caller's, and how they are answered.

Every door (REST, bulk, admin, tools, MCP, and what runs before any view) uses this table
and only presents the result. An error that is not in the table is a bug of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core import exceptions as django
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions as rest
from rest_framework.settings import api_settings

from workflows.kit.errors import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
)
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog
from workflows.kit.service_errors import (
    database_failure,
    is_database_away,
    is_redis_away,
    redis_failure,
)

# A text that repeats the client's input could have any length.
LONGEST_PATH = 200
LONGEST_REASON = 500
LONGEST_ERROR = 200
CUT_OFF = "The connection was closed before the complete body had arrived."
Explain = Callable[[BaseException], tuple[str, str]]
outages = OutageLog(get_logger(__name__))


class Unreadable(InvalidInput):
    code = "parse_error"


def _of_fields(error: rest.ValidationError) -> DomainError:
    errors: dict[str, list[str]] = {}
    for path, reason in _flat(error.detail, ""):
        errors.setdefault(path, []).append(reason)
    return InvalidInput(errors=errors)


def _of_django_fields(error: django.ValidationError) -> DomainError:
    by_field = hasattr(error, "error_dict")
    detail = error.message_dict if by_field else error.messages
    return _of_fields(rest.ValidationError(detail))


def _of_permission(error: rest.PermissionDenied) -> DomainError:
    refusal = NotAllowed(str(error.detail))
    refusal.code = str(error.get_codes())
    return refusal


# Failures of the database and of Redis come in addition: no class alone identifies them.
TABLE: tuple[tuple[type | tuple[type, ...], Callable[[Any], DomainError]], ...] = (
    (
        django.RequestDataTooBig,
        lambda _: TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
    ),
    (UnreadablePostError, lambda _: Unreadable(CUT_OFF, field="body")),
    (rest.ParseError, lambda error: Unreadable(str(error.detail), field="body")),
    (rest.ValidationError, _of_fields),
    (django.ValidationError, _of_django_fields),
    (Http404, lambda _: NotFound()),  # Django's text names tables
    (rest.NotFound, lambda error: NotFound(str(error.detail))),
    (rest.PermissionDenied, _of_permission),
    (django.PermissionDenied, lambda error: NotAllowed(str(error))),
)


def refusal_of(error: BaseException) -> DomainError | None:
    """The refusal that a caller gets for `error`; None if the error is unexpected."""
    if isinstance(error, DomainError):
        return error
    if is_database_away(error) or is_redis_away(error):
        return _unavailable(error)
    made = (make(error) for kinds, make in TABLE if isinstance(error, kinds))
    return next(made, None)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the caller's errors in the body into `DomainError`s; let all others through."""
    try:
        yield
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None or refusal is error:
            raise
        raise refusal from error


def explain_outages_by(explain: Explain) -> None:
    """Have `explain` give the code and the sentence for an error of the database or Redis."""
    global _explain
    _explain = explain


def _named(error: BaseException) -> tuple[str, str]:
    if is_redis_away(error):
        return redis_failure(error), "Redis cannot be reached."
    return database_failure(error), "The database is busy or cannot be reached."


_explain: Explain = _named


def _unavailable(error: BaseException) -> Unavailable:
    """The text of the error goes to the log only."""
    code, sentence = _explain(error)
    first_line = str(error).partition("\n")[0][:LONGEST_ERROR]
    outages.warning("request_not_served", cause=code, error=first_line)
    return Unavailable(sentence)


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    """Nested errors of serializers as pairs of a path (`nodes[0].config`) and a reason."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, _path_to(name, path))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_nested = isinstance(inner, dict | list)
            yield from _flat(inner, f"{path}[{index}]" if is_nested else path)
    else:
        reason = _shortened(str(detail), LONGEST_REASON)
        yield _shortened(path, LONGEST_PATH) or "body", reason


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _path_to(name: str | int, path: str) -> str:
    if name in ("non_field_errors", api_settings.NON_FIELD_ERRORS_KEY, "__all__"):
        return path
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name
