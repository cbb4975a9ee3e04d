"""accounts: the history of its tables."""
