"""What sends on a connection: bytes for its stream."""

from __future__ import annotations

from typing import Generic

from foxpy.errors import PacketSize
from foxpy.layers.tcp.executor import Executor
from foxpy.message import Writer
from foxpy.protocol import Host
from foxpy.transfer import Sender


class TcpSender(Sender, Generic[Host]):
    """Queues bytes on one connection's stream. What was begun and committed in one piece may arrive in many."""

    __slots__ = ("_executor",)

    def __init__(self, executor: Executor[Host]) -> None:
        self._executor = executor

    def begin(self, size: int) -> Writer:
        self._require(size)
        return bytearray()

    def commit(self, writer: Writer, payload: bytes) -> None:
        if writer:
            self._executor.send(bytes(writer), more=bool(payload))
        if payload:
            self._executor.send(payload)

    def send(self, payload: bytes) -> None:
        if payload:
            self._executor.send(payload)
        else:
            self._executor.require_open()

    def _require(self, size: int) -> None:
        executor = self._executor
        executor.require_open()
        room = executor.sendable()
        if size > room:
            raise PacketSize(f"{executor.connection}: {size} bytes, room for {room} now", size, room)

    def limit(self) -> int:
        """The room in the send buffer; after 0, a Sendable event tells when half of it is free again."""
        return self._executor.sendable()
