"""Time that people book at the place this deployment runs."""
