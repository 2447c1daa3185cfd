"""Execution of runs: rows are sent to the queue, claimed by one worker under a lease, and
closed if their process is lost."""
