"""Reservations, from the public routes to the tables."""
