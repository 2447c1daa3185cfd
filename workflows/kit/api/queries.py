"""What may stand behind the `?` of an address: only what its description has."""

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

from workflows.kit.api.strict import one_of
from workflows.scopes import Scope

UNKNOWN = "There is no such parameter."
TWICE = "Give it once."
NOT_TEXT = "This is no text in UTF-8."
NO_FIELD = "There is no such field."
BLANK = "Give it a value, or leave it out."
REQUIRED = "It is required: give it a value."
# What a person has cleared in a form; the page to browse the API asking for its script.
MAY_BE_BLANK = {"search", "script"}
MOST_TEXT = 200  # SQLite refuses to look for a very long one


class StrictQuery(APIView):
    """A view that refuses query parameters it does not know: a misspelt filter is an
    error, not a list that was not narrowed down. So is a deletion's body.

    What it knows is declared once, where it is used: the parameters of `extend_schema`,
    and for a list its filters and its pages.
    """

    # By action or method, for whatever is not plain reading.
    scopes: ClassVar[Mapping[str, Scope]] = {}

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not hasattr(self, (request.method or "").lower()):
            raise MethodNotAllowed(str(request.method))  # whatever it asks
        known = self.query_parameters(request)
        problems = {
            name: [why]
            for name, values in request.query_params.lists()
            if (why := _problem(name, values, known))
        }
        problems |= {
            parameter.name: [REQUIRED]
            for parameter in _declared(self, request)
            if parameter.required and _lacks(request, parameter.name)
        }
        if request.method == "DELETE" and request.data:
            # No deletion takes a body: a condition in one would not be looked at.
            fields = request.data if isinstance(request.data, dict) else ["body"]
            problems |= {str(name): [NO_FIELD] for name in fields}
        if problems:
            raise ValidationError(problems)

    def query_parameters(self, request: Request) -> set[str]:
        """The names of all that this request may carry."""
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
    """`true` or `false`: Django's own filter takes anything else for none."""
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
        return TWICE
    if "\ufffd" in values[0]:  # which Django puts where it cannot read
        return NOT_TEXT
    # A blank filter would be none: a list that was not narrowed down.
    return "" if values[0].strip() or name in MAY_BE_BLANK else BLANK


def _lacks(request: Request, name: str) -> bool:
    return not request.query_params.get(name, "").strip()


def _declared(view: APIView, request: Request) -> list[OpenApiParameter]:
    """Those of the `extend_schema` of the method that answers."""
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
