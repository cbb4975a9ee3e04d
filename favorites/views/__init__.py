"""favorites: the HTTP of what a person keeps, a module a noun. It knows requests and headers, and no rule."""
