"""Whether people may save a graph that calls functions, tasks and commands of the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflows.callables import Target, unseen, why_not
from workflows.callables.parameters import UNSEEN
from workflows.calling import Calling
from workflows.graph import Problem
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.registry import registry
from workflows.schemas.references import Reference
from workflows.services.graph_spec import NodeSpec


@dataclass(frozen=True, slots=True)
class _Call:
    """A node that calls something, and the objects in each of its arguments."""

    path: str  # of its configuration
    field: str  # which names what is called
    target: Target
    objects: dict[str, set[Reference]]


def permission_problems(
    workflow: Workflow, nodes: Sequence[NodeSpec], *, user: User
) -> Iterator[Problem]:
    """What `user`, who saves these valid nodes, and the owner, as whom they run, may not
    call, and which objects they may not pass. Whoever saves a graph answers for all of its
    nodes, whoever has drawn them."""
    calls = list(_calls_in(nodes))
    if not calls:
        return
    named = {
        each for call in calls for found in call.objects.values() for each in found
    }
    words = {workflow.owner: "The owner of the workflow lacks", user: "You lack"}
    for person, lacks in words.items():
        hidden = unseen(person, named)
        for call in calls:
            if missing := why_not(person, call.target):
                yield (
                    f"{call.path}.{call.field}",
                    f"{lacks} the permission {missing} to call this. Ask an administrator.",
                )
            for name, found in call.objects.items():
                if found & hidden:
                    yield f"{call.path}.arguments.{name}", UNSEEN


def _calls_in(nodes: Sequence[NodeSpec]) -> Iterator[_Call]:
    for index, node in enumerate(nodes):
        component = registry.get(node.component_type)
        if isinstance(component, Calling):
            target = component.target(node.config[component.name_field])
            known = component.known_arguments(node.config)
            yield _Call(
                f"nodes[{index}].config",
                component.name_field,
                target,
                {name: target.references({name: known[name]}) for name in known},
            )
