"""Django's SQLite backend with a write lock of ours (Django looks for `base`)."""
