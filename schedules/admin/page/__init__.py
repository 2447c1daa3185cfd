"""The page of one schedule: where it stands, what comes, what was, and who did what."""
