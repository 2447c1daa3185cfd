"""The audit trail of the site: its list, one event, and its export."""

from __future__ import annotations
