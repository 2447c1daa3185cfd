"""The calendar: past, running and coming runs of days, by name what is rare, the rest counted."""
