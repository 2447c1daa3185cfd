"""A site as a small company has it, for pictures and for tests in the browser: people, twenty
schedules in all states, and the runs of the last weeks. `python -m tests.sample_site` fills
the database of the settings."""
