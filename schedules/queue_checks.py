"""System checks of the queue: its settings, and whose command would serve it."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands

from workflows.execution.queue import queue_config, queue_name
from workflows.execution.redis_client import new_client

EXAMPLE = "{'URL': 'redis://127.0.0.1:6379/0'}"


def queue_problems() -> Iterator[CheckMessage]:
    """What is wrong with the entry of the queue in `RQ_QUEUES`."""
    name = queue_name()
    queues = getattr(settings, "RQ_QUEUES", None)
    if not isinstance(queues, dict) or not queues:
        yield Error(
            "RQ_QUEUES is missing: there is no queue for the runs.",
            hint=f"Set RQ_QUEUES = {{{name!r}: {EXAMPLE}}}.",
            id="ostinato_schedules.E011",
        )
    elif not isinstance(queues.get(name), dict):
        others = ", ".join(map(repr, sorted(queues)))
        yield Error(
            f"RQ_QUEUES has no queue {name!r}, which is that of the runs.",
            hint=f"Name one that it has in OSTINATO['QUEUE'] ({others}), or add RQ_QUEUES[{name!r}] = {EXAMPLE}.",
            id="ostinato_schedules.E012",
        )
    else:
        yield from _connection_problems(name)


def _connection_problems(name: str) -> Iterator[CheckMessage]:
    try:
        pool = new_client(queue_config()).connection_pool
        pool.make_connection()  # not connected, but its options have been read
    except KeyError as error:
        problem = f"{error} is missing"
    except (
        AttributeError,
        ImproperlyConfigured,
        ImportError,
        TypeError,
        ValueError,
    ) as error:
        problem = str(error).rstrip(".")
    else:
        return
    yield Error(
        f"RQ_QUEUES[{name!r}] does not say where Redis is: {problem}.",
        hint="Give it a URL, HOST and PORT, UNIX_SOCKET_PATH, or SENTINELS and MASTER_NAME, as django-rq documents.",
        id="ostinato_schedules.E013",
    )


def command_problems() -> Iterator[CheckMessage]:
    """Commands of other apps that would take the place of ours: the first app listed wins."""
    commands = get_commands()
    for name, loss in (
        ("rqscheduler", "no schedule would fire"),
        ("rqworker", "no run would start"),
    ):
        if (app := commands.get(name)) == "schedules":
            continue
        kind, number = (Error, "E003") if app == "django_rq" else (Warning, "W003")
        yield kind(
            f"`manage.py {name}` is the command of {app}: {loss}.",
            hint=f"Put 'schedules' before {app!r} in INSTALLED_APPS; for other queues the command stays what it was.",
            id=f"ostinato_schedules.{number}",
        )
