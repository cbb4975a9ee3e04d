"""The HTTP of what a person keeps, a module a noun."""
