"""The WSGI application: the hit path, and Django behind it."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - Django had to be set up first

from config import telemetry  # noqa: E402
from config.bodies import BoundedBodies  # noqa: E402
from config.handler import Handler  # noqa: E402
from config.metrics import counter  # noqa: E402
from config.middleware import request_id_of  # noqa: E402
from proxy.catalog import catalogs  # noqa: E402
from proxy.hit_path import HitPath  # noqa: E402
from proxy.marks import require_offers  # noqa: E402

# After this long a computing thread hands the interpreter over; with the default of 5 ms a few misses set the p99 of
# every hit.
sys.setswitchinterval(0.0005)

telemetry.start()
for catalog in catalogs().values():
    require_offers(catalog.relations)
    _ = catalog.transport  # Made at the start, so that its metrics are there before its first failure.
# A client that sends slowly occupies a thread; half of them are reserved for all others.
_bounded = BoundedBodies(Handler(), max_readers=max(1, settings.THREADS // 2))
application = HitPath(_bounded, request_id=request_id_of, counter=counter)
