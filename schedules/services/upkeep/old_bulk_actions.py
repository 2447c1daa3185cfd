"""Retention of bulk actions: those whose last step is as old as runs may be, and questions
that nobody has answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from schedules.models import BulkAction, BulkItem

QUESTIONS_KEPT = timedelta(days=1)
BATCH = 500


def prune_bulk_action(cutoff: datetime, now: datetime) -> bool:
    """Delete a batch of outcomes of one action, or the action once it has none. False: all
    that is left is kept. What is carried on at the moment is left alone."""
    unanswered = Q(confirmed_at=None, changed_at__lt=now - QUESTIONS_KEPT)
    with transaction.atomic():
        rows = BulkAction.objects.select_for_update(no_key=True, skip_locked=True)
        old = rows.filter(Q(changed_at__lt=cutoff) | unanswered)
        action = old.order_by("changed_at").only("pk").first()
        if action is None:
            return False
        items = BulkItem.objects.filter(action=action.pk).values_list("pk", flat=True)
        batch = list(items[:BATCH])
        if batch:
            BulkItem.objects.filter(pk__in=batch).delete()
        else:
            action.delete()
    return True
