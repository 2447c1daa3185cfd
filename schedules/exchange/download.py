"""An exported value as the answer to a request: a file to save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from schedules.exchange.text import FileFormat, written

CONTENT_TYPES: Mapping[FileFormat, str] = {
    "yaml": "application/yaml",
    "json": "application/json",
}


def download(value: Any, *, name: str, file_format: FileFormat) -> HttpResponse:
    """`name`: of what the file is about, whatever characters it has."""
    content_type = f"{CONTENT_TYPES[file_format]}; charset=utf-8"
    answer = HttpResponse(written(value, file_format), content_type=content_type)
    file_name = f"{slugify(name) or 'workflow'}.{file_format}"
    answer["Content-Disposition"] = str(
        content_disposition_header(as_attachment=True, filename=file_name)
    )
    return answer
