"""What pages show: the marks of states, and times. It needs no admin to be installed."""
