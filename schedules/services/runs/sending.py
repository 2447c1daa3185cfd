"""The outbox of scheduled runs."""

from __future__ import annotations

from schedules.models import ScheduledRun
from schedules.rq.messages import ENTRY_POINT, RunMessage
from schedules.services.ledger.ledger import NewRun
from workflows.execution.outbox import Outbox

Run = ScheduledRun | NewRun
RUNS = Outbox("runs", ScheduledRun, RunMessage, ENTRY_POINT)
