"""Schedules over HTTP: thin translators around `schedules.services`."""
