"""The page of one schedule, as people see it."""
