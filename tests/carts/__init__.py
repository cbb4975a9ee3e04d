"""Carts, from the public routes to the wire of the store."""
