"""Print the schema of a service that has books on from its start, as the views of kept items are built once in a process."""

import json
import os
import sys

import django
from django.urls import include, path

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

    from proxy.catalog import register
    from tests.proxy import books

    register(books.BOOKS)

    from drf_spectacular.generators import SchemaGenerator

    from config import urls

    patterns = [path("api/v1/", include([*books.routes(), *urls.api]))]
    json.dump(SchemaGenerator(patterns=patterns).get_schema(public=True), sys.stdout)
