"""The inbox of what agents have proposed."""
