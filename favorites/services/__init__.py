"""favorites: every rule and every write about what a person keeps, a module a noun. It knows no HTTP."""
