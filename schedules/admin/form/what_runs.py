"""What a schedule runs, as people choose it: a function, a task, a command, or a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.form.argument_fields import FURTHER, PREFIX
from schedules.models import ScheduledJob
from schedules.services.drafts.calls import mismatch
from workflows.callables import Target, targets, why_not
from workflows.display.languages import in_language
from workflows.run_on import RunOn

if TYPE_CHECKING:
    from workflows.kit.users import User

# The button that shows the fields of what was chosen, for browsers without our script.
SHOW_FIELDS = "_fields"
# What the fields of arguments on the page belong to, when something else is chosen.
FIELDS_OF = "fields-of"
A_WORKFLOW = ("", gettext_lazy("A workflow"))
GROUPS = {
    "function": gettext_lazy("Functions"),
    "task": gettext_lazy("Tasks"),
    "command": gettext_lazy("Management commands"),
}
OFFERED = gettext_lazy(
    "A function, a task or a management command of this site, or a workflow that was drawn."
)
NOTHING_OFFERED = gettext_lazy(
    "A workflow that was drawn. Functions, tasks and commands are offered to people with the "
    'permission "Can let workflows and schedules call functions", or that of tasks or '
    "commands: ask an administrator."
)
GONE = gettext_lazy(
    "{} What to do: choose something else, or bring it back in the code of the site."
)
NOT_YOURS = gettext_lazy(
    "You do not have permission to call it, so its arguments cannot be changed here."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen on a page. `target` is None for a workflow, and for a callable that is
    gone or that the person may not call."""

    name: str = ""
    target: Target | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    offered: Mapping[str, Target] = field(default_factory=dict)
    about: SafeString | str = ""
    is_broken: bool = False  # what the schedule calls is gone, or fits no more

    @property
    def field_names(self) -> list[str]:
        """The names of the fields of the arguments."""
        if self.target is None:
            return []
        schema = self.target.schema
        names = [f"{PREFIX}{name}" for name in schema["properties"]]
        return names + [FURTHER] * (schema["additionalProperties"] is not False)

    def choices(self) -> list[Any]:
        """For a select: only what the person may call, and what is chosen already."""
        groups = [
            (label, list(_of_kind(kind, self.offered)))
            for kind, label in GROUPS.items()
        ]
        found: list[Any] = [A_WORKFLOW, *(group for group in groups if group[1])]
        if self.name and self.name not in self.offered:
            found.insert(1, (self.name, _("{} (not available)").format(self.name)))
        return found


def _of_kind(kind: str, offered: Mapping[str, Target]) -> Iterator[tuple[str, str]]:
    for name, target in offered.items():
        if target.kind == kind:
            yield name, f"{target.title} ({name})"


def chosen(request: HttpRequest, schedule: ScheduledJob | None) -> Choice:
    """What the form of `schedule` has chosen, or that of a new one."""
    user = cast("User", request.user)
    offered = {
        target.name: target
        for target in targets()
        if not target.unfit and not why_not(user, target)
    }
    has = schedule.call if schedule else ""
    name = str(request.POST.get("call", request.GET.get("call", has)))
    if name and name != has and name not in offered:
        name = has
    target = offered.get(name)
    arguments = schedule.arguments if schedule and name == has else {}
    if not isinstance(arguments, dict):
        arguments = {}
    wrong = mismatch(schedule) if schedule and name and name == has else ""
    about = _about(target, wrong) if name else ""
    return Choice(name, target, arguments, offered, about, is_broken=bool(wrong))


def _about(target: Target | None, wrong: str) -> SafeString | str:
    if target is None:
        text = str(GONE).format(wrong) if wrong else NOT_YOURS
        return format_html('<p class="errornote">{}</p>', text)
    told = format_html('<p class="errornote">{}</p>', wrong) if wrong else ""
    return format_html("{}{}", told, target.description)


class WhatRunsSelect(forms.Select):
    """A select with the button that shows the fields of what is chosen."""

    template_name = "ostinato/schedules/form/widgets/what_runs.html"

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = {"show_fields": SHOW_FIELDS, "fields_of": FIELDS_OF}
        return context | shown | {"chosen": value or ""}


def call_field(choice: Choice) -> forms.ChoiceField:
    """The field in which a person chooses what runs."""
    return forms.ChoiceField(
        required=False,
        label=gettext_lazy("What runs"),
        choices=choice.choices(),
        initial=choice.name,
        widget=WhatRunsSelect,
        help_text=OFFERED if choice.offered else NOTHING_OFFERED,
    )


def run_on_field(has: str) -> forms.ChoiceField:
    """Where a task runs."""
    return forms.ChoiceField(
        required=False,
        label=_("Run on"),
        help_text=_(
            "Where a task runs: in a worker of this site, or wherever its own backend runs "
            "it. All else runs in a worker."
        ),
        choices=[(value, in_language(label)) for value, label in RunOn.choices],
        initial=has,
    )
