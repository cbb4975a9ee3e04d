"""The HTTP of reservations, a module a noun."""
