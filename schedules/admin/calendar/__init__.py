"""The pages of the calendar: a month, and a day."""
