"""A project with pickled queues of its own, `default` and `high`, that shares `default` with us."""
