"""The REST API of schedules: a thin translation of `schedules.services`."""
