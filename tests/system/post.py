"""Messages over a carrier that promises to deliver them whole, in order, and each once."""

from __future__ import annotations

import itertools
from typing import Final

from foxpy.addresses import MacAddress
from foxpy.errors import OpenFailed, ProtocolError
from foxpy.protocol import Listening, Path, Receiver
from foxpy.status import Aborted, Closed, Forgotten, Status
from tests.system.machines import Machine, mac_of
from tests.system.noise import noise

SERIAL: Final = 8


class Post:
    """The post office of one host in one of its lives."""

    def __init__(self, machine: Machine, serials: itertools.count[int]) -> None:
        assert machine.messages is not None
        self._messages = machine.messages
        self._serials = serials
        self._paths: dict[MacAddress, Path[MacAddress]] = {}
        self.received: set[int] = set()
        self._listening: Listening = self._messages.listen(self._accept)

    def send(self, number: int, size: int) -> int:
        """Send a message of about ``size`` bytes to host ``number``; its serial number, 0 where it could not go."""
        host = mac_of(number)
        serial = next(self._serials)
        try:
            path = self._paths.get(host)
            if path is None:
                self._messages.open(host, self._accept)
                path = self._paths[host]
            limit = path.sender.limit()
            if limit <= SERIAL:
                return 0  # the queue is full
            path.sender.send(serial.to_bytes(SERIAL, "big") + noise(serial, min(size, limit - SERIAL)))
        except OpenFailed:
            return 0
        except ProtocolError:
            self._paths.pop(host, None)
            return 0
        return serial

    def close(self) -> None:
        self._listening.stop()
        for path in self._paths.values():
            path.close()
        self._paths.clear()

    def _accept(self, path: Path[MacAddress]) -> Receiver:
        if path.answerable:
            self._paths[path.peer] = path
        return _Box(self, path)

    def lost(self, path: Path[MacAddress]) -> None:
        if self._paths.get(path.peer) is path:
            del self._paths[path.peer]
        path.close()


class _Box(Receiver):
    """What comes on one path."""

    __slots__ = ("_last", "_path", "_post")

    def __init__(self, post: Post, path: Path[MacAddress]) -> None:
        self._post = post
        self._path = path
        self._last = 0

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        message = frame[start:end]
        serial = int.from_bytes(message[:SERIAL], "big")
        assert serial > self._last, f"message {serial} after {self._last}"
        assert message[SERIAL:] == noise(serial, len(message) - SERIAL), f"message {serial} is not what was sent"
        self._last = serial
        self._post.received.add(serial)

    def status(self, event: Status) -> None:
        if isinstance(event, Closed | Aborted | Forgotten):
            self._post.lost(self._path)
