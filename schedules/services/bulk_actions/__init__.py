"""Bulk actions: one verb on up to 20,000 schedules, asked for, confirmed and carried out."""
