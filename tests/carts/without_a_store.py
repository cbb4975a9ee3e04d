"""Start as the environment says, let somebody with a cart delete their account, and print what was answered and is left."""

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from accounts.models import User
    from carts.models import Cart, Line
    from tests.carts.calls import CARTS, fill
    from tests.conftest import PASSWORD, signed_in

    person = User.objects.create_user(email="alice@example.com", password=PASSWORD)
    cart = fill(person, 7)
    client = signed_in(person)
    answers = [client.get(address) for address in (CARTS, f"{CARTS}{cart.pk}/", f"{CARTS}users/{person.pk}/")]
    answers += [client.post(CARTS, {}, format="json"), client.delete(f"{CARTS}{cart.pk}/")]
    schema = client.get("/api/schema/?format=json").json()
    there = Cart.objects.count(), Line.objects.count()
    left = client.delete("/api/v1/auth/me/", {"password": PASSWORD}, format="json")
    json.dump(
        {
            "answers": [answer.status_code for answer in answers],
            "paths": sorted(schema["paths"]),
            "components": sorted(schema["components"]["schemas"]),
            "there": there,
            "left": left.status_code,
            "rows": [User.objects.count(), Cart.objects.count(), Line.objects.count()],
        },
        sys.stdout,
    )
