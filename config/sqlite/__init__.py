"""config: Django's SQLite, whose writers wait in line (`base` is where Django looks)."""
