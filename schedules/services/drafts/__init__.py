"""From input to a schedule: its fields, their validation, and the draft that is saved."""
