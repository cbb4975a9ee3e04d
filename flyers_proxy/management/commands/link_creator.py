"""`manage.py link_creator EMAIL ID`: say which creator of the flyer service a person is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import services
from clients.errors import UpstreamError, UpstreamNotFoundError
from clients.values import MAX_ID
from flyers_proxy.catalog import CREATOR
from proxy.batches import confirm


class Command(BaseCommand):
    help = "Link a person to the creator of the flyer service that they are; the creator has to exist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("creator_id", type=int)

    def handle(self, *args: Any, email: str, creator_id: int, **options: Any) -> None:
        if not 1 <= creator_id <= MAX_ID:
            raise CommandError("ID is a whole number from 1.")
        user = services.find_person(email)
        if user is None:
            raise CommandError(f"Nobody has the e-mail address {email}.")
        try:
            creator = confirm(CREATOR.name, creator_id)
            services.link_creator(user=user, creator_id=creator_id)
        except UpstreamNotFoundError:
            raise CommandError(f"The flyer service has no creator {creator_id}.") from None
        except UpstreamError as error:
            raise CommandError(
                f"The flyer service gave no answer ({type(error).__name__}); try again."
            ) from None
        except services.AlreadyTakenError:
            raise CommandError(f"Somebody else is linked to creator {creator_id} already.") from None
        self.stdout.write(f"{user.email} is now creator {creator_id} ({creator.title}).")
