"""favorites: the history of its tables."""
