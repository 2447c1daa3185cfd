"""What the description of the API says about a view."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from drf_spectacular import utils
from drf_spectacular.openapi import AutoSchema
from typing_extensions import override

F = TypeVar("F", bound=Callable[..., Any])
_ours: ContextVar[bool] = ContextVar("ostinato_description", default=False)


@contextmanager
def our_description() -> Iterator[None]:
    """Within it our views are described. A description of the project's API omits them."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)


class OwnSchema(AutoSchema):
    """For all generators but ours the view has no schema."""

    @override
    def __get__(self, instance: Any, owner: Any) -> Any:
        return super().__get__(instance, owner) if _ours.get() else None


def extend_schema(**options: Any) -> Callable[[F], F]:
    """As that of drf-spectacular, which asks the project's `REST_FRAMEWORK` for the class of
    descriptions: REST framework's own knows no parameters."""
    extend = utils.extend_schema(**options)

    def described(view: F) -> F:
        if not inspect.isclass(view):
            named = {"schema": OwnSchema, **getattr(view, "kwargs", {})}
            view.__dict__["kwargs"] = named
        with our_description():
            done: F = extend(view)
        return done

    return described


def extend_schema_view(**methods: Any) -> Callable[[F], F]:
    """As that of drf-spectacular."""
    extend = utils.extend_schema_view(**methods)

    def described(view: F) -> F:
        with our_description():
            done: F = extend(view)
        return done

    return described
