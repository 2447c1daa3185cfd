"""`ETag` and `If-Match`: a change is made only to what was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from workflows.kit.errors import StaleVersion, WrongState

_MALFORMED = (
    'Give the ETag that was read, in its quotes: "v1". Several have commas between them; '
    "* stands for any."
)

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: 412 if it has changed since.",
)


class PreconditionFailed(WrongState):
    """The `If-Match` of the request names another version than there is."""

    code = "precondition_failed"
    http_status = 412
    message = "It has changed since you read it: read it again."


class VersionedView(GenericAPIView[Any]):
    """A view of rows that have a version: an answer that is one of them carries its tag,
    and whatever is done to one may demand it."""

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        is_about_a_row = self.lookup_field in self.kwargs
        if is_about_a_row and request.method not in SAFE_METHODS:
            self._demanded = self._demanded_version(request.headers.get("If-Match"))

    @override
    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response.data, dict) and "version" in response.data:
            response["ETag"] = _tag(response.data["version"])
        return response

    @contextmanager
    def precondition(self, body: dict[str, Any]) -> Iterator[int | None]:
        """The version that the change within has to demand; it is taken out of `body`.

        Raises `PreconditionFailed` if what `If-Match` named changes in between. Without
        that header a version of the body that is old stays what the service raises.
        """
        try:
            yield body.pop("version", self._demanded)
        except StaleVersion as error:
            raise error if self._demanded is None else PreconditionFailed() from error

    def _demanded_version(self, header: str | None) -> int | None:
        """The version of the row, if `If-Match` names it; None if it demands none.

        Raises `PreconditionFailed` if it names others.
        """
        tags = ["*"] if header is None else parse_etags(header)
        if tags == ["*"]:
            return None
        if not tags:
            raise ValidationError({"If-Match": [_MALFORMED]})
        rows = self.get_queryset().only("version")
        # It may have been deleted just now.
        version: int = get_object_or_404(
            rows, pk=self.kwargs[self.lookup_field]
        ).version
        # A weak tag (`W/"v1"`) keeps its W/, and so is never the same.
        if _tag(version) not in tags:
            raise PreconditionFailed
        return version


def _tag(version: int) -> str:
    """The version counts verbs, not fires: the tag stands for what people can set."""
    return f'"v{version}"'
