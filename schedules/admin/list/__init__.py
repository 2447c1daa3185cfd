"""The list of schedules: what is asked for, what a row shows, and what can be done with it."""
