"""The agent node: a conversation with a language model that calls tools."""

from __future__ import annotations
