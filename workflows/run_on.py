"""Where a called function runs."""

from __future__ import annotations

from django.db import models

from workflows.kit.phrases import phrase


class RunOn(models.TextChoices):
    """In a worker of Ostinato, or, for a Task of `django.tasks`, wherever the Task's own
    backend runs it."""

    WORKER = "worker", phrase("Our worker")
    BACKEND = "backend", phrase("The task's backend")
