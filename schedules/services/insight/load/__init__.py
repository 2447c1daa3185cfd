"""The load map: how many runs are expected when, what the workers can handle, and which
schedules to move where that is too much."""
