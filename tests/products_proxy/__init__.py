"""Products of the store, from the public routes to its wire."""
