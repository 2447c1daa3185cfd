"""The OpenAPI description of our API: the same in every project, whatever its own settings of
drf-spectacular, and without the project's own API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from django.urls import get_script_prefix, include, path, reverse
from drf_spectacular import plumbing
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import SPECTACULAR_DEFAULTS, patched_settings
from typing_extensions import override

from workflows.kit.api.schema import our_description

# A request at a time changes the settings of drf-spectacular, which all threads share.
_lock = RLock()
_made: dict[str, dict[str, Any]] = {}
OWN: dict[str, Any] = {
    "TITLE": "Ostinato",
    "DESCRIPTION": "Workflows on a schedule: every tick is accounted for, none runs twice.",
    "VERSION": "1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "GET_LIB_DOC_EXCLUDES": "platform_site.http.openapi.without_public_docstring",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "platform_site.http.openapi.document_errors",
        "platform_site.http.examples.add_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ScheduleStatus": "schedules.models.Status",
        "RunStatus": "schedules.models.RunStatus",
        "ExecutionStatus": "workflows.models.WorkflowExecution.Status",
        "NodeRunStatus": "workflows.models.NodeRun.Status",
        "CatchupPolicy": "schedules.models.CatchupPolicy",
        "OverlapPolicy": "schedules.models.OverlapPolicy",
        "ActorKind": "schedules.models.ActorKind",
    },
}


def prefix() -> str:
    """What stands before our addresses in this project: nothing on our own site."""
    schema = reverse("ostinato:schema").removeprefix(get_script_prefix())
    return schema.removesuffix("api/schema/")


@contextmanager
def own_settings() -> Iterator[None]:
    """The settings of drf-spectacular for our description."""
    ours = {
        name: value
        for name, value in SPECTACULAR_DEFAULTS.items()
        if not name.startswith("SERVE_") and name != "DEFAULT_GENERATOR_CLASS"
    }
    at = {"SCHEMA_PATH_PREFIX": f"/{prefix()}(api/v1/)?"}
    with _lock, patched_settings({**ours, **OWN, **at}), our_description():
        plumbing._load_enum_name_overrides.cache_clear()
        try:
            yield
        finally:
            plumbing._load_enum_name_overrides.cache_clear()


class Generator(SchemaGenerator):
    """Describes our addresses, and no others."""

    def __init__(self, *_: Any, **__: Any) -> None:
        ours = [path(prefix(), include("platform_site.embed"))]
        super().__init__(patterns=ours)  # type: ignore[no-untyped-call]
        self.coerce_path_pk = True

    @override
    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        with own_settings():
            return super().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def description() -> dict[str, Any]:
    """The description, which is made once: the registry of node types does not change."""
    at = reverse("ostinato:schema")
    with _lock:
        if at not in _made:
            _made[at] = Generator().get_schema()
        return _made[at]
