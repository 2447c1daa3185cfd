"""Query parameters: only those that the API declares are accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from workflows.kit.api.base import ApiView
from workflows.kit.api.strict import one_of
from workflows.scopes import Scope

UNKNOWN = "This parameter does not exist."
REPEATED = "This parameter must not be repeated."
NOT_TEXT = "The value is not valid UTF-8."
NO_FIELD = "This field does not exist."
BLANK = "Set a value, or leave the parameter out."
REQUIRED = "This parameter is required."
# A search that a person has cleared in a form; the script of the API's own pages.
MAY_BE_BLANK = {"search", "script"}
MOST_TEXT = 200  # characters; SQLite refuses to search for a very long text


class StrictQuery(ApiView):
    """A view that refuses unknown query parameters: a misspelt filter is an error, not an
    unfiltered list. The body of a DELETE is refused as well.

    The known parameters are declared once, where they are used: in `extend_schema`, and for
    a list by its filters and its pagination.
    """

    # By action or method; needed for everything but plain reading.
    scopes: ClassVar[Mapping[str, Scope]] = {}

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not hasattr(self, (request.method or "").lower()):
            raise MethodNotAllowed(
                str(request.method)
            )  # before its parameters are checked
        known = self.query_parameters(request)
        problems = {
            name: [problem]
            for name, values in request.query_params.lists()
            if (problem := _problem(name, values, known))
        }
        problems |= {
            parameter.name: [REQUIRED]
            for parameter in _declared(self, request)
            if parameter.required and _lacks(request, parameter.name)
        }
        if request.method == "DELETE" and request.data:
            # No deletion takes a body: a condition in it would be ignored.
            fields = request.data if isinstance(request.data, dict) else ["body"]
            problems |= {str(name): [NO_FIELD] for name in fields}
        if problems:
            raise ValidationError(problems)

    def query_parameters(self, request: Request) -> set[str]:
        """The names of the parameters that this request accepts."""
        names = {parameter.name for parameter in _declared(self, request)}
        if (
            isinstance(self, ListModelMixin)
            and getattr(self, "action", "list") == "list"
        ):
            names |= _of_a_list(self)
        return names


def choice_filter(
    choices: Iterable[tuple[str, str]], **options: Any
) -> filters.ChoiceFilter:
    """One of the values of `choices`; the refusal lists them."""
    pairs = list(choices)
    return filters.ChoiceFilter(
        choices=pairs, error_messages=one_of(value for value, _ in pairs), **options
    )


def true_or_false_filter(label: str) -> filters.TypedChoiceFilter:
    """`true` or `false`: Django's own filter ignores any other value."""
    return filters.TypedChoiceFilter(
        choices=[("true", "true"), ("false", "false")],
        coerce="true".__eq__,
        error_messages={"invalid_choice": "Must be true or false."},
        label=label,
    )


def _problem(name: str, values: list[str], known: set[str]) -> str:
    if name not in known:
        return UNKNOWN
    if len(values) > 1:
        return REPEATED
    if "\ufffd" in values[0]:  # Django's replacement for bytes that it cannot decode
        return NOT_TEXT
    # A blank filter would be ignored: an unfiltered list.
    return "" if values[0].strip() or name in MAY_BE_BLANK else BLANK


def _lacks(request: Request, name: str) -> bool:
    return not request.query_params.get(name, "").strip()


def _declared(view: APIView, request: Request) -> list[OpenApiParameter]:
    """The parameters in the `extend_schema` of the method that handles the request."""
    handler = getattr(view, (request.method or "").lower(), None)
    schema = getattr(handler, "kwargs", {}).get("schema")
    if schema is None:
        return []
    inspector = schema()
    inspector.view, inspector.method = view, request.method
    return [
        parameter
        for parameter in inspector.get_override_parameters()
        if parameter.location == OpenApiParameter.QUERY
    ]


def _of_a_list(view: Any) -> set[str]:
    filters = getattr(view, "filterset_class", None)
    pages = view.paginator.get_schema_operation_parameters(view)
    return {parameter["name"] for parameter in pages} | set(
        filters.base_filters if filters else ()
    )
