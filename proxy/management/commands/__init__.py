"""proxy: one command a file."""
