"""The one machine that runs things: rows that are sent to the queue, claimed by one worker,
held by a lease while they run, and closed when their process is gone."""
