"""The recipes of CONTRIBUTING.md: what each changes, and how it looks from outside."""
