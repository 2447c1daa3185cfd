"""What a schedule is made of: its fields, their rules, and the way to one that is saved."""
