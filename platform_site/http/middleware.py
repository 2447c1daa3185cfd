"""Middleware where the site differs from Django's defaults."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from typing_extensions import override

from platform_site.http.errors import is_for_programs
from workflows.kit.api.base import LANGUAGE
from workflows.kit.api.problems import problem_response
from workflows.safety.decoding import is_known_charset

WRONG_CHARSET = "The charset of the Content-Type header is not supported: use utf-8."


class SiteMiddleware(CommonMiddleware):
    """API requests without the trailing slash are answered 404 with a hint: a redirect would
    turn a POST into a GET and lose its body.

    Django decodes queries and forms with the charset that the request names. Charsets that take
    quadratic time, or that are not for text, are refused.
    """

    @override
    def process_request(  # type: ignore[override]  # Django accepts any response
        self, request: HttpRequest
    ) -> HttpResponseBase | None:
        if request.encoding and not is_known_charset(request.encoding):
            return problem_response(415, "unsupported_media_type", WRONG_CHARSET)
        return super().process_request(request)

    @override
    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if is_for_programs(request.path):
            return False
        return super().should_redirect_with_slash(request)


class LanguageMiddleware(LocaleMiddleware):
    """Pages are in the language that the browser asks for; programs are answered in English."""

    @override
    def process_request(self, request: HttpRequest) -> None:
        if is_for_programs(request.path):
            translation.activate(LANGUAGE)
        else:
            super().process_request(request)

    @override
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if is_for_programs(request.path):
            return response
        return super().process_response(request, response)
