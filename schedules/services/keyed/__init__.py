"""Schedules that application code keeps under keys of its own."""
