"""The page of the load map, and the moves that it suggests."""
