"""The settings of REST framework as the API needs them.

A project's own `REST_FRAMEWORK` is meant for its own API. Ours answers alike in every project,
and changes no setting of it.
"""

from __future__ import annotations

from typing import Any

from rest_framework.settings import DEFAULTS, IMPORT_STRINGS, APISettings

# REST framework's defaults, except for these.
OURS: Any = APISettings(
    {  # type: ignore[arg-type]  # the type demands every key
        "URL_FORMAT_OVERRIDE": None,
        "DATETIME_FORMAT": "iso-8601",
        "EXCEPTION_HANDLER": "workflows.kit.api.problems.handle",
    },
    DEFAULTS,
    IMPORT_STRINGS,
)
