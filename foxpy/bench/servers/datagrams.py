"""foxpy's services without connections, for UDP and for IP alike."""

from __future__ import annotations

from foxpy.protocol import Receiver, Sender


class Bounce(Receiver):
    """Echo."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.sender.send(frame[start:end])


class Confirm(Receiver):
    """Answers the last packet of each portion; see ``foxpy.bench.services``."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.portion = b""
        self.seen = 0

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        word = frame[start : start + 5]
        if word == self.portion:
            self.seen += 1
        else:
            self.portion = word
            self.seen = 1
        if end - start >= 5 and self.seen == word[4]:
            self.sender.send(word)
