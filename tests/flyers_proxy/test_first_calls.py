"""flyers_proxy: the first calls of a process, which come all at once. By then it has learned every type that it reads.

msgspec learns how to read a type when it is first told to, and crashes the process if two threads do that together.
"""

import subprocess
import sys

# In a process of its own: in this one the types are known. What learns a type looks up its annotations in Python.
PROGRAM = """
import sys

from clients.flyers import FlyerClient, FlyerQuery
from clients.transport import Transport
from flyers_proxy import packing, rendering
from flyers_proxy.entries import Entry
from mock_upstream.server import start

learned = []


def listen(frame, event, _):
    if event == "call" and frame.f_code.co_filename.endswith("msgspec/_utils.py"):
        learned.append(frame.f_code.co_name)


with start(key="a-key") as upstream:
    client = FlyerClient(Transport(upstream.url, "a-key"))
    sys.setprofile(listen)
    page = client.list_flyers(FlyerQuery(lat=40.4, lng=-3.7)).value
    flyer = rendering.render_flyer(client.get_flyer(page.results[0].id).value)
    client.get_creator(page.results[0].creator.id)
    client.list_categories()
    rendering.facts_of(flyer)
    packing.unpack(packing.pack(Entry(flyer, fetched_at=1, fresh_until=2, max_age=3, etag=None)))
    sys.setprofile(None)
print(*learned)
"""


def test_what_is_read_is_known_before_the_first_call():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)

    assert ended.stdout == "\n"
