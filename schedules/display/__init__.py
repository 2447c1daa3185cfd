"""What pages show of schedules: their states, their last runs, and who did what."""
