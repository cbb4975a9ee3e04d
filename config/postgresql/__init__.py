"""config: Django's PostgreSQL, waited for no longer than a request can afford (`base` is where Django looks)."""
