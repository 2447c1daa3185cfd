"""Workflows as files: export, import, and the templates that are shipped as such files.

A file is a door like any other: it is translated, and the services decide.
"""

from __future__ import annotations

from schedules.exchange.download import CONTENT_TYPES, download
from schedules.exchange.exporting import export_workflow
from schedules.exchange.importing import Imported, check_import, import_workflow
from schedules.exchange.templates import Template, template_named, templates
from schedules.exchange.text import read_file, written

__all__ = [
    "CONTENT_TYPES",
    "Imported",
    "Template",
    "check_import",
    "download",
    "export_workflow",
    "import_workflow",
    "read_file",
    "template_named",
    "templates",
    "written",
]
