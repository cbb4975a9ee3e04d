"""Every rule and every write about what a person saves, a module a noun."""
