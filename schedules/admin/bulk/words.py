"""The words of bulk actions: one verb a function, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from schedules.models import BulkVerb
from schedules.services.bulk_actions.foresight import Why

Text = str | Promise
Counted = Callable[[int], str]


def number(count: int) -> str:
    """As people write it: 1,204."""
    return number_format(count, force_grouping=True)


def _counted(one: Callable[[int], str]) -> Counted:
    """A text with a number in it, as people write it."""
    return lambda count: one(count).format(number(count))


@dataclass(frozen=True, slots=True)
class Words:
    """How the pages speak of one verb. Those with a number take it."""

    name: str
    label: Text
    icon: str
    asks: Counted  # "Pause 3 schedules?"
    asks_some: Text  # "Pause {} of {} schedules?"
    asks_none: Text
    does: Counted  # on the button
    will_not: Text  # heading of those that will be refused, and once they have been
    refused: Text
    able: Counted  # heading of those that will change
    unchanged: Counted
    going: Text  # "Pausing {} schedules"
    past: Text  # "Paused {} of {} schedules"
    done: Text  # heading of those that have changed
    is_danger: bool = False


WORDS: Mapping[str, Words] = {
    words.name: words
    for words in (
        Words(
            BulkVerb.PAUSE,
            _("Pause"),
            "pause",
            _counted(
                lambda n: ngettext("Pause {} schedule?", "Pause {} schedules?", n)
            ),
            _("Pause {} of {} schedules?"),
            _("None of {} schedules can be paused"),
            _counted(lambda n: ngettext("Pause {} schedule", "Pause {} schedules", n)),
            _("Will not be paused"),
            _("Not paused"),
            _counted(
                lambda n: ngettext(
                    "The one that will be paused", "The {} that will be paused", n
                )
            ),
            _counted(
                lambda n: ngettext("{} is paused already.", "{} are paused already.", n)
            ),
            _("Pausing {} schedules"),
            _("Paused {} of {} schedules"),
            _("Paused"),
        ),
        Words(
            BulkVerb.RESUME,
            _("Resume"),
            "play",
            _counted(
                lambda n: ngettext("Resume {} schedule?", "Resume {} schedules?", n)
            ),
            _("Resume {} of {} schedules?"),
            _("None of {} schedules can be resumed"),
            _counted(
                lambda n: ngettext("Resume {} schedule", "Resume {} schedules", n)
            ),
            _("Will not be resumed"),
            _("Not resumed"),
            _counted(
                lambda n: ngettext(
                    "The one that will be resumed, with its next run",
                    "The {} that will be resumed, with their next runs",
                    n,
                )
            ),
            _counted(
                lambda n: ngettext("{} is active already.", "{} are active already.", n)
            ),
            _("Resuming {} schedules"),
            _("Resumed {} of {} schedules"),
            _("Resumed"),
        ),
        Words(
            BulkVerb.RUN,
            _("Run now"),
            "zap",
            _counted(
                lambda n: ngettext("Run {} schedule now?", "Run {} schedules now?", n)
            ),
            _("Run {} of {} schedules now?"),
            _("None of {} schedules can run now"),
            _counted(
                lambda n: ngettext("Run {} schedule now", "Run {} schedules now", n)
            ),
            _("Will not run"),
            _("Not run"),
            _counted(
                lambda n: ngettext("The one that will run", "The {} that will run", n)
            ),
            _counted(lambda n: ""),
            _("Starting a run of {} schedules"),
            _("Started a run of {} of {} schedules"),
            _("Runs started"),
        ),
        Words(
            BulkVerb.TAG,
            _("Tag"),
            "tag",
            _counted(lambda n: ngettext("Tag {} schedule?", "Tag {} schedules?", n)),
            _("Tag {} of {} schedules?"),
            _("None of {} schedules can be tagged"),
            _counted(lambda n: ngettext("Tag {} schedule", "Tag {} schedules", n)),
            _("Will not be tagged"),
            _("Not tagged"),
            _counted(
                lambda n: ngettext(
                    "The one that will be tagged", "The {} that will be tagged", n
                )
            ),
            _counted(
                lambda n: ngettext(
                    "{} has these tags already.", "{} have these tags already.", n
                )
            ),
            _("Tagging {} schedules"),
            _("Tagged {} of {} schedules"),
            _("Tagged"),
        ),
        Words(
            BulkVerb.DELETE,
            _("Delete"),
            "trash-2",
            _counted(
                lambda n: ngettext("Delete {} schedule?", "Delete {} schedules?", n)
            ),
            _("Delete {} of {} schedules?"),
            _("None of {} schedules can be deleted"),
            _counted(
                lambda n: ngettext("Delete {} schedule", "Delete {} schedules", n)
            ),
            _("Will not be deleted"),
            _("Not deleted"),
            _counted(
                lambda n: ngettext(
                    "The one that will be deleted", "The {} that will be deleted", n
                )
            ),
            _counted(lambda n: ""),
            _("Deleting {} schedules"),
            _("Deleted {} of {} schedules"),
            _("Deleted"),
            is_danger=True,
        ),
    )
}
REASONS: Mapping[Why, Text] = {
    Why.GONE: _("It has been deleted, or you may not view it any more"),
    Why.NOT_ALLOWED: _("You do not have permission for the schedules of {}"),
    Why.ENDED: _("It has ended: {}"),
    Why.NEEDS_APPROVAL: _("An agent has proposed it: approve or decline it"),
    Why.WORKFLOW_DELETING: _("Its workflow is being deleted"),
    Why.OWNER_MAY_NOT_RUN: _("Its owner, {}, may no longer run its workflow"),
    Why.CANNOT_START: _("No trigger of its workflow accepts it"),
    Why.BROKEN_TIMING: _("Its timing is not valid any more: edit it"),
    Why.TOO_MANY_TAGS: _("It would have more than {} tags"),
}
