"""The engine: answers of any upstream service, cached, filled once, served stale, rendered and marked."""
