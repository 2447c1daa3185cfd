"""What the site does otherwise than Django with every request."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.common import CommonMiddleware
from typing_extensions import override

from platform_site.http.errors import is_for_programs, page
from workflows.safety.decoding import is_known_charset

WRONG_CHARSET = (
    "The charset of the Content-Type is not one that is read here: use utf-8."
)


class SiteMiddleware(CommonMiddleware):
    """A program that forgets the slash is told so: a redirect would turn its POST into a
    GET, and lose the body.

    Django decodes queries and forms by the charset that a request names; one that takes the
    square of the size in time is refused, as are those that are no charsets for texts.
    """

    @override
    def process_request(  # type: ignore[override]  # Django takes any answer
        self, request: HttpRequest
    ) -> HttpResponseBase | None:
        if request.encoding and not is_known_charset(request.encoding):
            return page(415, "unsupported_media_type", WRONG_CHARSET)
        return super().process_request(request)

    @override
    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if is_for_programs(request.path):
            return False
        return super().should_redirect_with_slash(request)
