"""A TCP proxy on a real socket, which passes on what a client and a server send, or misbehaves."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class TcpProxy:
    """Listens on ``port`` and passes on to ``server``; counts what the client says, and the bytes of the answers.

    ``mode``: ``pass``; ``silent`` takes all and answers nothing; ``garbage`` answers nonsense; ``hang_up`` closes. What begins
    with the command ``deaf_to`` is taken and not answered.
    """

    def __init__(self, server: tuple[str, int] | None = None, mode: str = "pass") -> None:
        self.server = server
        self.mode = mode
        self.messages = 0
        self.connections = 0
        self.bytes = 0
        self.deaf_to = b"nothing"
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._sockets = [self._listener]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def drop(self) -> None:
        """Close the connections that there are."""
        for each in self._sockets[1:]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = None
        if self.server:
            server = socket.create_connection(self.server)
            self._sockets.append(server)
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()
        try:
            while said := client.recv(1 << 20):
                self.messages += 1
                if self.deaf_to in said.partition(b"\n$")[2][:20]:
                    continue
                match self.mode:
                    case "pass" if server:
                        server.sendall(said)
                    case "garbage":
                        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    case "hang_up":
                        client.close()
                        return
        except OSError:
            return

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while said := server.recv(1 << 20):
                self.bytes += len(said)
                client.sendall(said)
        except OSError:
            return


@contextmanager
def tcp_proxy(server: tuple[str, int] | None = None, mode: str = "pass") -> Iterator[TcpProxy]:
    """Have one for the length of a test."""
    proxy = TcpProxy(server, mode)
    try:
        yield proxy
    finally:
        proxy.close()
