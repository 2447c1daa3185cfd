"""Approving or declining proposals, one or many, and what the person is told about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.buttons import DECISIONS, Button, Press
from schedules.limits import MOST_AT_ONCE
from schedules.models import ScheduledJob
from schedules.services.bulk import for_each
from workflows.kit.bulk import Outcome

BUTTONS = {button.name: button for button in DECISIONS}
REASONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """A proposal as the person saw it."""

    pk: UUID
    version: int


def read(values: Iterable[str]) -> list[Chosen]:
    """From the form: `id:version` each. What the page has not written is left out."""
    found = []
    for value in values:
        pk, _separator, version = value.partition(":")
        try:
            found.append(Chosen(UUID(pk), int(version)))
        except ValueError:
            continue
    return found[: MOST_AT_ONCE + 1]


def decide(request: HttpRequest, button: Button, chosen: Sequence[Chosen]) -> None:
    """Approve or decline, each in a transaction of its own, and tell what came of it.

    Raises `Http404` or `PermissionDenied` for a single proposal that the person may not see,
    or not decide about.
    """
    press = Press.of(request)
    versions = {each.pk: each.version for each in chosen}
    named = ScheduledJob.objects.visible_to(request.user).filter(pk__in=versions)
    names = dict(named.values_list("pk", "name"))
    outcomes = list(
        for_each(
            versions,
            lambda pk: button.act(pk, replace(press, version=versions[pk])),
        )
    )
    if len(outcomes) == 1:
        _tell_one(request, outcomes[0])
    else:
        _tell_many(request, button, outcomes, names)


def _tell_one(request: HttpRequest, outcome: Outcome[UUID, str]) -> None:
    refusal = outcome.refusal
    if refusal is None:
        messages.success(request, outcome.result or "")
    elif refusal.http_status == 403:
        raise PermissionDenied(refusal.message)
    elif refusal.http_status == 404:
        raise Http404(refusal.message)
    else:
        messages.error(request, refusal.in_full)


def _tell_many(
    request: HttpRequest,
    button: Button,
    outcomes: Sequence[Outcome[UUID, str]],
    names: dict[UUID, str],
) -> None:
    refused = [each for each in outcomes if each.refusal]
    done = len(outcomes) - len(refused)
    if done:
        approved = ngettext(
            "Approved %(n)d proposal.", "Approved %(n)d proposals.", done
        )
        declined = ngettext(
            "Declined %(n)d proposal.", "Declined %(n)d proposals.", done
        )
        text = approved if button.name == "approve" else declined
        messages.success(request, text % {"n": done})
    if refused:
        text = ngettext(
            "%(n)d proposal was left as it is.",
            "%(n)d proposals were left as they are.",
            len(refused),
        ) % {"n": len(refused)}
        for each in refused[:REASONS_SHOWN]:
            assert each.refusal is not None
            name = names.get(each.item) or _("a deleted schedule")
            text += f" “{name}”: {each.refusal.in_full}"
        messages.error(request, text)
