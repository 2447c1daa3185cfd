from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.callables.opened import opened
from workflows.components import autoload
from workflows.kit.conf import conf


class WorkflowsConfig(AppConfig):
    name = "workflows"
    label = "ostinato_workflows"
    verbose_name = _("Workflows")
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        for name in ("checks", "example_functions", "execution.standalone"):
            import_module(f"workflows.{name}")
        autoload()
        load_functions(conf.WORKFLOW_FUNCTION_MODULES)
        opened.autodiscover()


def load_functions(modules: Sequence[str]) -> None:
    """Import the modules of a site's own functions. A missing one ends the process with one
    line; an error inside a module is raised with its traceback."""
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            if not f"{module}.".startswith(f"{error.name}."):
                raise
            problem = (
                f"WORKFLOW_FUNCTION_MODULES is not valid: there is no module {module}. "
                "Correct the name, or add its folder to PYTHONPATH."
            )
        else:
            continue
        sys.exit(problem)
