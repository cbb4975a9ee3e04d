"""flyers_proxy: `manage.py check_upstream` tells what the flyer service can do of what it has to."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from flyers_proxy import conformance


class Command(BaseCommand):
    help = "Ask the flyer service for each route and filter, and tell what is missing (exit code 1)."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = conformance.examine()
        width = max(len(finding.subject) for finding in findings)
        for subject, verdict, detail in findings:
            self.stdout.write(f"{subject:<{width}}  {verdict:<11}  {detail}")
        if conformance.is_silent(findings):
            raise CommandError(
                f"The flyer service gave no answer within {settings.FLYERS_DEADLINE_SECONDS:g} seconds."
            )
        if lacking := conformance.missing(findings):
            raise CommandError(
                f"{len(lacking)} of {len(findings)} are missing; docs/upstream.md says what they are for."
            )
