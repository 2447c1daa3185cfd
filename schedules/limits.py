"""Bounds that several modules share.

The bounds of a single field are in the table of fields (`services.drafts.fields`).
"""

from __future__ import annotations

from workflows.kit import bounds

DAY = bounds.DAY
TEN_YEARS = bounds.TEN_YEARS
# The minimum and the maximum, both allowed.
INTERVAL_SECONDS = (1, TEN_YEARS)
MOST_OPEN_RUNS = bounds.MOST_OPEN_RUNS
NAME_LENGTH = 200
VIEW_NAME_LENGTH = 60
VIEW_QUERY_LENGTH = 1_000
# The most views that one user saves.
VIEWS = 50
DESCRIPTION_LENGTH = 2_000
CRON_LENGTH = 200
ZONE_LENGTH = 64
NOTE_LENGTH = 500
REQUEST_ID_LENGTH = 100
IDEMPOTENCY_KEY_LENGTH = 200
# Of the key of a schedule that code keeps, and of the object that it is for.
KEY_LENGTH = 200
OBJECT_MODEL_LENGTH = 120
OBJECT_ID_LENGTH = 200
PAYLOAD_BYTES = 64 * 1024
TAGS = 20
TAG_LENGTH = 50
# The most schedules that one call changes: each needs a write of its own.
MOST_AT_ONCE = 500
# The most schedules of a bulk action, which is carried out in slices.
MOST_IN_BULK_ACTION = 20_000
# The most schedules that the file of a workflow holds: they are created in one transaction.
MOST_IN_FILE = 100
