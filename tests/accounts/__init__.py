"""tests: signing up, signing in and leaving, and those who try to get around it."""
