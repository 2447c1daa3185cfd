"""The form of a schedule: its page for a new one, and its sections on the page of another."""
