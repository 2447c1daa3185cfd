"""The filters of the list of schedules: chips with menus, with how many each choice finds."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.list.asking import asked
from schedules.admin.list.conditions import (
    ATTENTION,
    ME,
    NONE_YET,
    OUTCOME,
    WITHIN_AN_HOUR,
    condition,
)
from schedules.display.states import WORDS, ShownState, plain_mark
from schedules.models import ActorKind, ReasonCode, ScheduledJob, ScheduleType
from workflows.display.languages import in_language
from workflows.display.marks import RUN_MARKS, Mark
from workflows.kit.users import full_name, users
from workflows.models import Workflow

if TYPE_CHECKING:
    from schedules.admin.list.results import ScheduleList

# So many workflows, owners or tags are offered, those of the most schedules; the others are
# found by the search.
MOST_OFFERED = 25
MOST_COMBINATIONS = 1_000
# The reasons that only events have.
NOT_OF_SCHEDULES = {ReasonCode.WORKFLOW_DELETED, ReasonCode.OWNER_DELETED}
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu. `count`: None where counting would cost too much."""

    value: str
    label: Text
    count: int | None = None
    mark: Mark | None = None


class ChipFilter(admin.SimpleListFilter):
    """A parameter of the list, as a chip with a menu.

    What is offered, and how many of each there are, is asked only when the page is drawn: of
    the schedules that all other filters leave.
    """

    any_label: ClassVar[Text] = gettext_lazy("Any")
    # The end of "No schedule ...", for a list in which nothing matches.
    phrase: ClassVar[Text] = ""
    is_always_offered: ClassVar[bool] = True
    is_toggle: ClassVar[bool] = False
    icon: ClassVar[str] = "list-filter"
    # Whether there are more than are offered.
    has_more = False

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.request = request

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    @override
    def has_output(self) -> bool:
        return self.is_always_offered or bool(self.value())

    @override
    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ScheduledJob]
    ) -> QuerySet[ScheduledJob]:
        name = str(self.parameter_name)
        return queryset.filter(condition(name, self.value() or "", asked(request)))

    @override
    def choices(self, changelist: Any) -> Iterator[Any]:
        """Beside what Django's own filters give: `count` and `mark`."""
        chosen = self.value()
        name = str(self.parameter_name)
        yield {
            "selected": not chosen,
            "query_string": changelist.get_query_string(remove=[name]),
            "display": self.any_label,
        }
        options = list(self.options(changelist))
        if chosen and chosen not in {option.value for option in options}:
            options.append(Option(chosen, self.label_of(chosen)))
        for option in options:
            yield {
                "selected": option.value == chosen,
                "query_string": changelist.get_query_string({name: option.value}),
                "display": option.label,
                "count": option.count,
                "mark": option.mark,
            }

    @abstractmethod
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        """What it offers, in order."""

    def label_of(self, value: str) -> Text:
        """The name of a value that is chosen and not offered."""
        return value

    def commonest(
        self, schedules: QuerySet[ScheduledJob], field: str
    ) -> list[tuple[Any, int]]:
        """The commonest values of the field with their numbers. Names are asked for only then:
        to join and group by them would cost three times as much."""
        counted = schedules.order_by().values_list(field).annotate(number=Count("pk"))
        found = list(counted.order_by("-number", field)[: MOST_OFFERED + 1])
        self.has_more = len(found) > MOST_OFFERED
        return found[:MOST_OFFERED]


def _by_name(
    named: Iterable[tuple[str, Any, int]], changelist: ScheduleList
) -> Iterator[Option]:
    for name, pk, number in sorted(named, key=lambda each: each[0].casefold()):
        yield Option(str(pk), name, changelist.shown_count(number))


class StateFilter(ChipFilter):
    title = gettext_lazy("State")
    parameter_name = "state"
    phrase = gettext_lazy("is {value}")

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        found = changelist.states_without_this_filter()
        for state in ShownState:
            number = changelist.shown_count(found[state])
            yield Option(state, WORDS[state], number, plain_mark(state))

    @override
    def label_of(self, value: str) -> Text:
        return _("Needs attention") if value == ATTENTION else value


class OutcomeFilter(ChipFilter):
    title = gettext_lazy("Last outcome")
    parameter_name = OUTCOME
    phrase = gettext_lazy("has the last outcome {value}")

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        for status, mark in RUN_MARKS.items():
            yield Option(status, mark.word, mark=mark)
        yield Option(NONE_YET, _("No runs yet"))


class WorkflowFilter(ChipFilter):
    """Without those that the system has made: a search for what they call finds schedules."""

    title = gettext_lazy("Workflow")
    parameter_name = "workflow"
    phrase = gettext_lazy("runs {value}")

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        drawn = changelist.without("workflow").filter(call="")
        found = self.commonest(drawn, "workflow")
        flows = Workflow.objects.in_bulk([pk for pk, _number in found])
        named = ((flows[pk].name, pk, number) for pk, number in found)
        yield from _by_name(named, changelist)

    @override
    def label_of(self, value: str) -> Text:
        found = ScheduledJob.objects.visible_to(self.request.user).filter(
            condition("workflow", value, asked(self.request))
        )
        return found.values_list("workflow__name", flat=True).first() or value


class OwnerFilter(ChipFilter):
    title = gettext_lazy("Owner")
    parameter_name = "owner"
    any_label = gettext_lazy("Anyone")
    phrase = gettext_lazy("belongs to {value}")

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        found = self.commonest(changelist.without("owner"), "owner")
        people = users().in_bulk([pk for pk, _number in found])
        named = ((full_name(people[pk]), pk, number) for pk, number in found)
        yield from _by_name(named, changelist)

    @override
    def label_of(self, value: str) -> Text:
        return _("you") if value == ME else value


class TypeFilter(ChipFilter):
    title = gettext_lazy("Type")
    parameter_name = "type"
    phrase = gettext_lazy("is of the type {value}")

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        yield Option(ScheduleType.CRON, _("On a calendar"))
        yield Option(ScheduleType.INTERVAL, _("At an interval"))
        yield Option(ScheduleType.ONCE, _("Once"))
        yield Option(ScheduleType.MANUAL, _("On request"))


class TagFilter(ChipFilter):
    title = gettext_lazy("Tag")
    parameter_name = "tag"
    phrase = gettext_lazy("has the tag {value}")

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        """Schedules share few combinations of tags: those are counted, not each tag."""
        rows = changelist.without("tag").exclude(tags=[]).order_by()
        combined = rows.values_list("tags").annotate(number=Count("pk"))
        found: Counter[str] = Counter()
        for tags, number in combined.order_by("-number")[:MOST_COMBINATIONS]:
            found.update(dict.fromkeys(filter(_is_text, tags or ()), number))
        self.has_more = len(found) > MOST_OFFERED
        for tag, number in sorted(found.most_common(MOST_OFFERED)):
            yield Option(tag, tag, changelist.shown_count(number))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


class AgentFilter(ChipFilter):
    """A chip that is on or off."""

    title = gettext_lazy("Made by an agent")
    parameter_name = "made_by"
    phrase = gettext_lazy("was made by an agent")
    is_toggle = True
    icon = "bot"

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        yield Option(ActorKind.AGENT, _("Made by an agent"))


class ReasonFilter(ChipFilter):
    """Offered only where it is in the address already, as are those below."""

    title = gettext_lazy("Reason")
    parameter_name = "reason"
    phrase = gettext_lazy("has the reason “{value}”")
    is_always_offered = False

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        for code, label in ReasonCode.choices:
            if code and code not in NOT_OF_SCHEDULES:
                yield Option(code, in_language(label))


class DueFilter(ChipFilter):
    title = gettext_lazy("Next run")
    parameter_name = "due"
    phrase = gettext_lazy("runs {value}")
    is_always_offered = False

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        yield Option(WITHIN_AN_HOUR, _("within an hour"))


class ObjectFilter(ChipFilter):
    """`?object=billing.invoice:42`."""

    title = gettext_lazy("Object")
    parameter_name = "object"
    phrase = gettext_lazy("is for {value}")
    is_always_offered = False

    @override
    def options(self, changelist: ScheduleList) -> Iterator[Option]:
        yield from ()


FILTERS = (
    StateFilter,
    OutcomeFilter,
    WorkflowFilter,
    OwnerFilter,
    TypeFilter,
    TagFilter,
    AgentFilter,
    ReasonFilter,
    DueFilter,
    ObjectFilter,
)
