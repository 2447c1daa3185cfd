"""Who did something to a schedule: a person, an agent for a person, or the site."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.models import ActorKind, ScheduleEvent
from workflows.display.people import initials
from workflows.kit.users import full_name
from workflows.templatetags.ostinato_icons import icon


def avatar(kind: str, name: str) -> SafeString:
    """A disc with the initials of a person; a square for agents and for the site. The name
    stands beside it."""
    if kind == ActorKind.AGENT:
        return _square("agent", "bot")
    if kind == ActorKind.SYSTEM:
        return _square("system", "settings-2")
    return format_html(
        '<span class="o-avatar" aria-hidden="true">{}</span>', initials(name)
    )


def _square(look: str, drawing: str) -> SafeString:
    return format_html(
        '<span class="o-avatar o-avatar--{}" aria-hidden="true">{}</span>',
        look,
        icon(drawing),
    )


def actor_name(kind: str, name: str) -> str:
    """The actor, for the beginning of a sentence."""
    if kind == ActorKind.AGENT:
        return _("An agent for {}").format(name) if name else _("An agent")
    if kind == ActorKind.SYSTEM:
        return "Ostinato"
    return name or _("A deleted user")


def name_in(event: ScheduleEvent) -> str:
    """The name of whoever acted, without saying whether an agent did: the full name, or what
    was recorded of a user who is gone. `actor` should be selected with the event."""
    return full_name(event.actor) if event.actor else event.actor_name


def acted_by(event: ScheduleEvent) -> str:
    """Whoever acted, for the beginning of a sentence."""
    return actor_name(event.actor_kind, name_in(event))
