"""Requests and answers about reservations, a module a noun."""
