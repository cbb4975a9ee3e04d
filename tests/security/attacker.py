"""The server as an attacker sees it: a transcript of all its answers, and raw bytes to send it."""

import re
import socket
from dataclasses import replace
from typing import Any

from tests.operations.programs import Answer, Server

SECONDS = 8
SILENCE_SECONDS = 0.5


class Target(Server):
    """A server that is attacked; ``transcript`` is every answer that it gave, headers included."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.transcript: list[bytes] = []

    def request(self, *given: Any, **more: Any) -> Answer:
        answer = super().request(*given, **more)
        self.transcript.append(repr(answer.headers).encode() + b"\n" + answer.body)
        return replace(answer, headers={name.title(): value for name, value in answer.headers.items()})

    def say(self, text: bytes, *, then_leave: bool = False) -> bytes:
        """Send bytes over a connection of their own; return what comes back until it is closed or falls silent.

        ``TimeoutError`` if nothing comes back, and it stays open. ``then_leave`` says at once that no more will be sent.
        """
        heard = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as line:
            try:
                line.sendall(text)
                if then_leave:
                    line.shutdown(socket.SHUT_WR)
                while part := line.recv(65_536):
                    heard += part
                    line.settimeout(SILENCE_SECONDS)
            except ConnectionError:  # It hung up on us in the middle: its right.
                pass
            except TimeoutError:
                if not heard:
                    raise
        self.transcript.append(heard)
        return heard

    def get(self, path: str, *headers: str, method: str = "GET", host: str = "localhost") -> bytes:
        """Ask for a path to the letter, without a library that tidies it up."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
        return self.say("\r\n".join(lines).encode())


def statuses(heard: bytes) -> list[int]:
    """Return the status of each answer in what came back."""
    return [int(status) for status in re.findall(rb"(?m)^HTTP/1\.[01] (\d{3})", heard)]


def status(heard: bytes) -> int:
    (only,) = statuses(heard)
    return only


def head(heard: bytes) -> str:
    return heard.partition(b"\r\n\r\n")[0].decode().lower()
