"""Bodies of no stated length under WSGI, where Django takes them for none at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.conf import settings

from platform_site.errors import page
from workflows.exceptions import TooLarge

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]


def measured(app: App) -> App:
    """`app`, which is told the length of every body; one of no stated length that is
    above `DATA_UPLOAD_MAX_MEMORY_SIZE` is answered 413, one that the server cannot tell
    the end of 411."""

    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" not in environ:
            return app(environ, start)
        # Only such a server ends the stream with the body: of others it would be waited for.
        if not environ.get("wsgi.input_terminated"):
            return _refuse(start, 411, "length_required", "State a Content-Length.")
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = environ["wsgi.input"].read(most + 1)
        if len(body) > most:
            error = TooLarge(most)
            return _refuse(start, 413, error.code, error.message, error.errors)
        known = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        return app({**environ, **known}, start)

    return answer


def _refuse(
    start: Start,
    status: int,
    code: str,
    detail: str,
    errors: dict[str, list[str]] | None = None,
) -> Iterable[bytes]:
    answer = page(status, code, detail, errors)
    headers = [
        ("Content-Type", answer.headers["Content-Type"]),
        ("Content-Length", str(len(answer.content))),
    ]
    start(f"{status} {HTTPStatus(status).phrase}", headers)
    return [answer.content]
