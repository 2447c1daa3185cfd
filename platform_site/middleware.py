"""What the site does otherwise than Django with every request."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.common import CommonMiddleware
from typing_extensions import override

from platform_site.errors import is_for_programs


class SiteMiddleware(CommonMiddleware):
    """A program that forgets the slash is told so: a redirect would turn its POST into a
    GET, and lose the body."""

    @override
    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if is_for_programs(request.path):
            return False
        return super().should_redirect_with_slash(request)
