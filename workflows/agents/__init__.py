"""The agent node: a model that is asked again and again, and calls tools meanwhile."""

from __future__ import annotations
