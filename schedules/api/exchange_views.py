"""Export and import of workflows, and the templates for new ones."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from schedules import exchange
from schedules.api.serializers import ScheduleSerializer
from schedules.exchange import CONTENT_TYPES
from schedules.exchange.text import MAX_FILE
from schedules.models import ScheduledJob, with_last_run
from schedules.services.drafts.starting import add_start_nodes
from schedules.services.insight.sentences import timing_text
from workflows.api.graph_serializers import EdgeSerializer
from workflows.api.serializers import WorkflowSerializer
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.strict import StrictSerializer, TextField, one_of
from workflows.models import Workflow
from workflows.scopes import Scope
from workflows.services.definition import MAX_NAME

FILE_FORMAT = OpenApiParameter(
    "file_format",
    str,
    enum=list(CONTENT_TYPES),
    default="yaml",
    description="The notation of the file.",
)
# What the preview says of a workflow that must be completed first.
INACTIVE = "The workflow arrives inactive. Fill in what was emptied, save it, then activate it."


class DrawnNode(serializers.Serializer[Any]):
    """As much of a node as a small picture needs."""

    node_id = serializers.CharField()
    component_type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    position = serializers.DictField()


class TemplateSerializer(serializers.Serializer[Any]):
    """A template for a new workflow. `key` is what `workflows/import/` takes."""

    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    nodes = DrawnNode(many=True)
    edges = EdgeSerializer(many=True)


class TemplatesSerializer(serializers.Serializer[Any]):
    """All templates, on one page."""

    results = TemplateSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ImportRequest(StrictSerializer):
    """Give a `file` (the text of an exported file, YAML or JSON), or the key of a `template`.
    `name`: another name for the workflow."""

    file = TextField(trim_whitespace=False, max_length=MAX_FILE, required=False)
    template = TextField(max_length=100, required=False)
    name = TextField(max_length=MAX_NAME, required=False)

    @override
    def validate(self, attrs: Any) -> Any:
        if ("file" in attrs) == ("template" in attrs):
            why = ["Give either a file or a template."]
            raise ValidationError({"file": why, "template": why})
        return attrs


class ImportSerializer(serializers.Serializer[Any]):
    """What was created, and the paths in the file of what is to be filled in."""

    workflow = WorkflowSerializer()
    schedules = ScheduleSerializer(many=True)
    emptied = serializers.ListField(child=serializers.CharField())


class PreviewedWorkflow(serializers.Serializer[Workflow]):
    name = serializers.CharField()
    description = serializers.CharField()
    is_active = serializers.BooleanField()


class PreviewedSchedule(serializers.Serializer[ScheduledJob]):
    name = serializers.CharField()
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, schedule: ScheduledJob) -> str:
        return timing_text(schedule.timing, schedule.timezone)


class ImportPreview(serializers.Serializer[exchange.Imported]):
    """What an import would create: `emptied` lists what is to be filled in, by its path in
    the file, and `note` says what follows from that."""

    workflow = PreviewedWorkflow()
    nodes = DrawnNode(many=True, source="graph.nodes")
    edges = EdgeSerializer(many=True, source="graph.edges")
    schedules = PreviewedSchedule(many=True)
    emptied = serializers.ListField(child=serializers.CharField())
    note = serializers.SerializerMethodField()

    def get_note(self, imported: exchange.Imported) -> str:
        return INACTIVE if imported.emptied else ""


class ImportDryRun(ImportPreview):
    """The answer to a dry run: the preview, and what would be answered otherwise."""

    dry_run = serializers.BooleanField()
    before = serializers.JSONField(allow_null=True)
    after = ImportSerializer()


class WorkflowExport(StrictQuery):
    """The workflow with its graph and its schedules as a file that `workflows/import/` reads."""

    @extend_schema(
        parameters=[FILE_FORMAT],
        responses={
            (200, media_type): OpenApiTypes.OBJECT
            for media_type in CONTENT_TYPES.values()
        },
    )
    def get(self, request: Request, pk: Any) -> HttpResponse:
        """Export a workflow with its graph and its schedules as a file, without owners, ids
        and secrets: what was emptied is listed under `emptied`. Schedules that have ended
        are left out. Whoever may view the workflow may export it."""
        user = user_of(request)
        workflow = Workflow.objects.visible_to(user).filter(pk=pk).first()
        if workflow is None:
            raise Http404
        chosen = request.query_params.get(FILE_FORMAT.name, "yaml")
        if chosen not in CONTENT_TYPES:
            why = one_of(CONTENT_TYPES)["invalid_choice"]
            raise ValidationError({FILE_FORMAT.name: [why]})
        return exchange.download(
            exchange.export_workflow(workflow, user=user),
            name=workflow.name,
            file_format="json" if chosen == "json" else "yaml",
        )

    @override
    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,
    ) -> Any:
        """`file_format` decides, whatever the Accept header asks for."""
        return super().perform_content_negotiation(request, force=True)


class WorkflowImport(DryRun):
    """Imports a file or a template."""

    scopes = {"post": Scope.EDIT}
    # A graph is checked before the transaction: on SQLite no one else can write meanwhile.
    attempts_parts: ClassVar[frozenset[str]] = frozenset({"post"})
    imported: exchange.Imported | None = None

    @extend_schema(
        request=ImportRequest, responses={201: ImportSerializer, 200: ImportDryRun}
    )
    def post(self, request: Request) -> Response:
        """Create a workflow with its schedules from an exported file or from a template. You
        become the owner, and the schedules arrive paused. If the file lists `emptied` values
        that nobody has filled in, the workflow is inactive until you activate it. Everything
        is checked before anything is written; `errors` names the place in the file. A dry
        run returns a preview."""
        body, user, now = (
            valid(ImportRequest(data=request.data)),
            user_of(request),
            clock(),
        )
        value = (
            exchange.template_named(body["template"]).value
            if "template" in body
            else exchange.read_file(body["file"])
        )
        checked = exchange.check_import(
            value, user=user, now=now, name=body.get("name", "")
        )
        with self.attempt():
            made = self.imported = exchange.import_workflow(checked, user=user, now=now)
            ids = [schedule.pk for schedule in made.schedules]
            rows = with_last_run(ScheduledJob.objects.filter(pk__in=ids)).in_bulk()
            add_start_nodes(list(rows.values()))
            answer = {
                "workflow": made.workflow,
                "schedules": [rows[pk] for pk in ids],
                "emptied": made.emptied,
            }
            shown = ImportSerializer(answer).data
        return Response(shown, status.HTTP_201_CREATED)

    @override
    def extra_fields(self, after: Any) -> dict[str, Any]:
        return {**ImportPreview(self.imported).data}


class WorkflowTemplates(StrictQuery):
    """The templates for a new workflow."""

    @extend_schema(responses=TemplatesSerializer)
    def get(self, request: Request) -> Response:
        """The templates for a new workflow, each with enough to draw a small picture. Create
        one with `workflows/import/`."""
        found = TemplateSerializer(exchange.templates(), many=True).data
        return Response({"results": found, "next": None, "previous": None})
