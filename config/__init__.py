"""config: the wiring. It knows every room, and no room knows it."""
