"""favorites: what may be asked and sent, and how it is answered, a module a noun. It knows no rule and no status."""
