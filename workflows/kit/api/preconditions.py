"""`ETag` and `If-Match`: a change applies only to the version that was read."""

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
    'This is not a valid If-Match. Send the ETag that you read, in quotes: "v1". Separate '
    "several with commas; * matches any version."
)

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that you read. The response is 412 if it has changed since.",
)


class PreconditionFailed(WrongState):
    """The `If-Match` of the request names another version than the current one."""

    code = "precondition_failed"
    http_status = 412
    message = "It has changed since you read it: read it again."


class VersionedView(GenericAPIView[Any]):
    """A view of rows that have a version: a response with one of them carries its ETag, and
    a write to one may demand it."""

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
        """Yields the version that the change in the body has to demand, and removes it from
        `body`.

        Raises `PreconditionFailed` if the version of `If-Match` changes in between. Without
        that header, the service's `StaleVersion` for an old version in `body` is unchanged.
        """
        try:
            yield body.pop("version", self._demanded)
        except StaleVersion as error:
            raise error if self._demanded is None else PreconditionFailed() from error

    def _demanded_version(self, header: str | None) -> int | None:
        """The version of the row if `If-Match` names it; None if it demands none.

        Raises `PreconditionFailed` if it names other versions.
        """
        tags = ["*"] if header is None else parse_etags(header)
        if tags == ["*"]:
            return None
        if not tags:
            raise ValidationError({"If-Match": [_MALFORMED]})
        rows = self.get_queryset().only("version")
        # It may have just been deleted.
        version: int = get_object_or_404(
            rows, pk=self.kwargs[self.lookup_field]
        ).version
        # A weak tag (`W/"v1"`) keeps its W/, and thus never matches.
        if _tag(version) not in tags:
            raise PreconditionFailed
        return version


def _tag(version: int) -> str:
    """The ETag of a version, which counts changes by people, not ticks that fired."""
    return f'"v{version}"'
