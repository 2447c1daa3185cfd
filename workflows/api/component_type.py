"""The field for the type of a node: an open text, whose known values OpenAPI lists."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent
from typing_extensions import override

from workflows.kit.api.strict import TextField
from workflows.registry import registry

NAME = "ComponentType"


class ComponentTypeField(TextField):
    """The type of a node. Saving a graph checks it: an old node may have one that is gone."""


class _Schema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = ComponentTypeField

    @override
    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        types: dict[str, Any] = {
            "type": "string",
            "enum": [component.type for component in registry.all()],
            "description": "The node types of this site. Another site may have others.",
        }
        known = ResolvedComponent(  # type: ignore[no-untyped-call]
            NAME, ResolvedComponent.SCHEMA, types, NAME
        )
        auto_schema.registry.register_on_missing(known)
        text: dict[str, Any] = {"type": "string"}
        if self.target.max_length:
            text["maxLength"] = self.target.max_length
        return {"anyOf": [known.ref, text]}
