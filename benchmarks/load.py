"""Load: wrk for many requests, asyncio for requests at one moment."""

import asyncio
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

# Part of every script: a summary as one line of JSON, with the answers that were not as they should be.
_SUMMARY = """
local threads = {}
bad = 0
function setup(thread) table.insert(threads, thread); thread:set("number", #threads) end
function done(summary, latency, requests)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("bad") end
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  if not accepts then wrong = wrong + summary.errors.status end
  print(string.format(
    'RESULT {"requests": %d, "seconds": %f, "bad": %d, "p50_ms": %f, "p99_ms": %f}',
    summary.requests, summary.duration / 1e6, wrong + failed,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


class Load(NamedTuple):
    """What a run of wrk saw; ``bad`` counts answers with a wrong status and broken connections."""

    requests: int
    seconds: float
    bad: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def wrk(address: str, *, connections: int, seconds: float, script: str = "") -> Load:
    """Send an address as many requests as it answers."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(_SUMMARY + script)
        file.flush()
        threads = min(2, connections)
        out = subprocess.run(
            [
                "wrk",
                f"-t{threads}",
                f"-c{connections}",
                f"-d{seconds:g}s",
                "--timeout=10s",
                "-s",
                file.name,
                address,
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    line = next(line for line in out.splitlines() if line.startswith("RESULT "))
    return Load(**json.loads(line.removeprefix("RESULT ")))


def taking_turns(tokens: list[str]) -> str:
    """Return a script in which the people with these tokens take turns."""
    return f"""
local tokens = {{{", ".join(f'"{token}"' for token in tokens)}}}
local turn = 0
function init() turn = number * 7 end
function request()
  turn = turn % #tokens + 1
  return wrk.format("GET", nil, {{["Authorization"] = "Bearer " .. tokens[turn]}})
end
"""


def distinct(path: str, run: int) -> str:
    """Return a script in which every request is a new one: ``%d`` in the path is a number never used in any run."""
    return f"""
local turn = 0
function request()
  turn = turn + 1
  return wrk.format("GET", string.format("{path}", {run} * 100000000 + number * 10000000 + turn))
end
"""


def turning_pages(path: str, number: int) -> str:
    """Return a script that requests so many pages in turn; ``%d`` in the path is the page's number."""
    return f"""
local turn = 0
function init() turn = number * 31 end
function request()
  turn = turn + 1
  return wrk.format("GET", string.format("{path}", turn % {number}))
end
"""


def toggling_favorites(path: str, tokens: list[str], items: int) -> str:
    """Return a script that adds and removes favorites: POST, POST, DELETE, DELETE of one item after the other.

    People take turns with each of the four, so that nobody's calls cross: each person is asked for by one thread alone, and
    again only when all others have been. ``%d`` in the path is the item's id, from 1.
    """
    return f"""
accepts = true
local tokens = {{{", ".join(f'"{token}"' for token in tokens)}}}
local verbs = {{"POST", "POST", "DELETE", "DELETE"}}
local people = math.floor(#tokens / 2)
local turn = 0
function request()
  local person, round = turn % people, math.floor(turn / people)
  turn = turn + 1
  local token = tokens[person * 2 + number]
  local target = string.format("{path}", (math.floor(round / 4) + person) % {items} + 1)
  return wrk.format(verbs[round % 4 + 1], target, {{["Authorization"] = "Bearer " .. token}})
end
function response(status)
  if status ~= 200 and status ~= 201 and status ~= 204 and status ~= 404 then bad = bad + 1 end
end
"""


POSTING = """
accepts = true
function request() return wrk.format("POST") end
function response(status) if status ~= 200 then bad = bad + 1 end end
"""


async def _one(address: str, go: asyncio.Event) -> tuple[int, float]:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    await go.wait()
    start = time.perf_counter()
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read(-1)
    seconds = time.perf_counter() - start
    writer.close()
    return int(answer.split(b" ", 2)[1]), seconds


def at_once(addresses: list[str]) -> list[tuple[int, float]]:
    """Request all addresses at one moment, each over an open connection; return status and seconds of each."""

    async def all_of_them() -> list[tuple[int, float]]:
        go = asyncio.Event()
        calls = [asyncio.create_task(_one(address, go)) for address in addresses]
        await asyncio.sleep(0.3)  # until every connection is open
        go.set()
        return await asyncio.gather(*calls)

    return asyncio.run(all_of_them())


def results_folder() -> Path:
    """Return where results land."""
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    return folder
