"""`manage.py send_test_email ADDRESS`: check that mails are sent."""

from argparse import ArgumentParser
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email


class Command(BaseCommand):
    help = "Send a mail through the mail server of EMAIL_URL, and report the result."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            validate_email(address)
            send_mail(
                "A test", "Letters of Flyers BFF arrive here.", from_email=None, recipient_list=[address]
            )
        except ValidationError:
            raise CommandError("ADDRESS is no e-mail address.") from None
        except (SMTPException, OSError) as error:
            raise CommandError(f"It was not sent: {type(error).__name__}: {error}") from None
        self.stdout.write(f"Sent from {settings.DEFAULT_FROM_EMAIL}.")
