"""The API of graphs and their versions."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from workflows import services
from workflows.access import require_permission
from workflows.api.graph_serializers import (
    GraphSerializer,
    RestoreSerializer,
    VersionDetailSerializer,
    VersionSerializer,
    graph_of,
    graph_spec,
    layout_before,
)
from workflows.api.own_rows import ORPHAN_SCHEDULES, OwnRows, may_orphan
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.preconditions import IF_MATCH, VersionedView, version_in
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.models import Workflow
from workflows.scopes import Scope

# Of tags that name no version of a graph.
NO_VERSION = -1


class GraphView(VersionedView, DryRun, OwnRows, viewsets.GenericViewSet[Workflow]):
    """The graph of one workflow, as a document with a version of its own."""

    model = Workflow
    version_field = "graph_version"

    @override
    def before(self) -> Any:
        return graph_of(self.get_object())


class GraphViewSet(GraphView):
    serializer_class = GraphSerializer
    attempts_parts = frozenset({"update"})
    scopes = {"update": Scope.EDIT}

    @override
    def other_version(self, tags: list[str]) -> int:
        """An old version, too: a layout that is based on it is merged."""
        named = (version_in(tag) for tag in tags)
        return max((each for each in named if each is not None), default=NO_VERSION)

    @extend_schema(responses=GraphSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The nodes, edges and notes of the workflow, in the shape that PUT accepts."""
        return Response(graph_of(self.get_object()))

    @extend_schema(
        request=GraphSerializer,
        responses=GraphSerializer,
        parameters=[IF_MATCH, ORPHAN_SCHEDULES],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Replace the whole graph. Nodes are identified by `node_id`: a node that keeps it keeps
        its webhook and the schedules that refer to it. A graph that leaves schedules without a
        trigger is refused unless `orphan_schedules` confirms it.

        Each save is a new version, with `version_note` in the list of versions, unless it differs
        in positions and notes alone: these are saved even with the ETag of an older version, and
        the response has the graph that others have saved since. With `layout_before` the
        positions and notes that you have not changed stay as others have saved them.
        """
        workflow, confirmed = self.get_object(), may_orphan(request)
        sent = valid(GraphSerializer(data=request.data))
        user = user_of(request)
        require_permission(user, "change", workflow)
        graph = services.checked_graph(workflow, graph_spec(sent), user=user)
        with self.attempt(), self.precondition(sent) as version:
            services.save_graph(
                workflow,
                graph,
                user=user,
                graph_version=version,
                layout_before=layout_before(sent),
                now=clock(),
                orphan_schedules=confirmed,
                version_note=sent.get("version_note", ""),
            )
            return Response(graph_of(workflow))


class VersionViewSet(GraphView, mixins.ListModelMixin):
    serializer_class = VersionSerializer
    attempts_parts = frozenset({"restore"})
    scopes = {"restore": Scope.EDIT}

    @override
    @extend_schema(responses=VersionSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The versions of the graph, newest first: the last 50 that were saved, and older ones
        that an execution has run."""
        workflow = self.get_object()
        page = self.paginate_queryset(services.versions_of(workflow))
        shown = VersionSerializer(page, many=True, context={"workflow": workflow})
        return self.get_paginated_response(shown.data)

    @extend_schema(responses=VersionDetailSerializer)
    def retrieve(self, request: Request, pk: str, number: int) -> Response:
        """One version, with its graph."""
        workflow = self.get_object()
        version = services.version_of(workflow, number)
        context = {"workflow": workflow}
        return Response(VersionDetailSerializer(version, context=context).data)

    @extend_schema(
        request=RestoreSerializer,
        responses=GraphSerializer,
        parameters=[IF_MATCH, ORPHAN_SCHEDULES],
    )
    def restore(self, request: Request, pk: str, number: int) -> Response:
        """Save the graph of this version again, as a new version, with all checks of a save."""
        workflow, confirmed = self.get_object(), may_orphan(request)
        sent = valid(RestoreSerializer(data=request.data))
        user = user_of(request)
        require_permission(user, "change", workflow)
        graph = services.checked_version(workflow, number, user=user)
        with self.attempt(), self.precondition(sent) as version:
            services.restore_version(
                workflow,
                number,
                graph=graph,
                user=user,
                graph_version=version,
                now=clock(),
                orphan_schedules=confirmed,
                version_note=sent.get("version_note", ""),
            )
            return Response(graph_of(workflow))
