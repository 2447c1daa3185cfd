"""Whether this process is up (`/healthz`), and whether the site can do its work (`/readyz`).

Both may be asked by anyone, so a reason never holds more than the fixed words below.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from schedules.heartbeat import DEAD_AFTER_SECONDS, Kind, alive

PATIENCE_SECONDS = 1.5
# What hangs, hangs in here: at most these threads, however often we are asked.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readyz")

Reasons = dict[str, str]
"""What is wrong, by check; a check that passed has the empty text."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers. It asks nobody else, so it says nothing about them."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if database, Redis, a scheduler and a worker are at work, else 503 with why."""
    reasons = ask_everybody()
    ready = not any(reasons.values())
    checks = {
        name: {"ok": not reason} | ({"reason": reason} if reason else {})
        for name, reason in reasons.items()
    }
    return JsonResponse(
        {"ready": ready, "checks": checks}, status=200 if ready else 503
    )


def ask_everybody() -> Reasons:
    """What is wrong with whom, within two seconds even if nobody answers."""
    questions: dict[str, Callable[[], Reasons]] = {
        "database": _ask_database,
        "redis": _ask_redis,
    }
    asked = {name: _threads.submit(ask) for name, ask in questions.items()}
    reasons: Reasons = {"database": "", "redis": "", "scheduler": "", "worker": ""}
    for name, answer in asked.items():
        try:
            reasons |= answer.result(timeout=PATIENCE_SECONDS)
        except TimeoutError:
            answer.cancel()
            reasons |= _silence(name)
    return reasons


def _ask_database() -> Reasons:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except DatabaseError:
        return _silence("database")
    finally:
        connection.close()  # this thread's own
    return {}


def _ask_redis() -> Reasons:
    # A client of its own: the site's waits longer, and tries again.
    patience = {
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
    }
    client = Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **patience)
    with client:
        try:
            return {kind: _absence(client, kind) for kind in ("scheduler", "worker")}
        except RedisError:
            return _silence("redis")


def _absence(client: Redis, kind: Kind) -> str:
    if alive(client, kind):
        return ""
    return f"no {kind} has been seen for {DEAD_AFTER_SECONDS:.0f} seconds"


def _silence(name: str) -> Reasons:
    reasons = {name: "does not answer"}
    if name == "redis":  # where the others say that they are alive
        reasons |= dict.fromkeys(
            ("scheduler", "worker"), "cannot be known without redis"
        )
    return reasons
