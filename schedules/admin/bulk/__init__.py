"""Bulk actions in the admin: the question, the account, and what lies between."""
