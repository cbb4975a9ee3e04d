"""Django's PostgreSQL backend with a pool of ours (Django looks for `base`)."""
