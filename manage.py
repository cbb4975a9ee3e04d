"""The entry to Django's commands: ``.venv/bin/python manage.py help`` lists them."""

import os
import sys


def main() -> None:
    """Run the command on the command line with the settings of this service."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415  # To say what is missing.
    except ImportError:
        sys.exit(
            "Django is not installed for this Python: run 'make setup', then '.venv/bin/python manage.py'."
        )
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
