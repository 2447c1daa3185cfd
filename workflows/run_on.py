"""Where a called function runs."""

from __future__ import annotations

from django.db import models


class RunOn(models.TextChoices):
    """In a worker of Ostinato, or, for a Task of `django.tasks`, wherever the Task's own
    backend runs it."""

    WORKER = "worker", "Our worker"
    BACKEND = "backend", "The task's backend"
