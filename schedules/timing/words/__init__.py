"""Timings as English sentences."""
