"""`ETag` and `If-Match`: a change applies only to the version that was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

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
    a write to one may demand it. `version_field` names it in the row, in its responses and
    in the bodies of its writes."""

    version_field: ClassVar[str] = "version"

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
        if isinstance(response.data, dict) and self.version_field in response.data:
            response["ETag"] = _tag(response.data[self.version_field])
        return response

    @contextmanager
    def precondition(self, body: dict[str, Any]) -> Iterator[int | None]:
        """Yields the version that the change in the body has to demand, and removes it from
        `body`.

        Raises `PreconditionFailed` if the version of `If-Match` changes in between. Without
        that header, the service's `StaleVersion` for an old version in `body` is unchanged.
        """
        try:
            yield body.pop(self.version_field, self._demanded)
        except StaleVersion as error:
            raise error if self._demanded is None else PreconditionFailed() from error

    def _demanded_version(self, header: str | None) -> int | None:
        """The version of the row if `If-Match` names it, otherwise `other_version`; None if it
        demands none."""
        tags = ["*"] if header is None else parse_etags(header)
        if tags == ["*"]:
            return None
        if not tags:
            raise ValidationError({"If-Match": [_MALFORMED]})
        rows = self.get_queryset().only(self.version_field)
        # It may have just been deleted.
        row = get_object_or_404(rows, pk=self.kwargs[self.lookup_field])
        version: int = getattr(row, self.version_field)
        # A weak tag (`W/"v1"`) keeps its W/, and thus never matches.
        return version if _tag(version) in tags else self.other_version(tags)

    def other_version(self, tags: list[str]) -> int:
        """The version that the change has to demand although it is not the current one: by
        default none can be."""
        raise PreconditionFailed


def _tag(version: int) -> str:
    """The ETag of a version, which counts changes by people, not ticks that fired."""
    return f'"v{version}"'


def version_in(tag: str) -> int | None:
    """The version that an ETag names; None if it names none."""
    found = re.fullmatch('"v([0-9]{1,9})"', tag)
    return int(found[1]) if found else None
