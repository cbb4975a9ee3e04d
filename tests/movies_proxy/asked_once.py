"""Answer a few requests as a service that starts with the settings of its environment, and print the answers as JSON."""

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.test import Client

    from config.server import reported_settings

    client = Client(SERVER_NAME="localhost")
    answers = {address: client.get(address) for address in sys.argv[1:]}
    shown = {address: [answer.status_code, answer.json()] for address, answer in answers.items()}
    json.dump({"answers": shown, "settings": reported_settings()}, sys.stdout)
