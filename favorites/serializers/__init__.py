"""Requests and answers, a module a noun."""
