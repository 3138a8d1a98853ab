"""A connection's congestion control is one that is made from a Start, and decides a window of whole bytes."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_type

from foxpy.layers.tcp import Tcp, TcpConfig, TcpConnection
from foxpy.layers.tcp.congestion import Ack, CongestionControl, NewReno, Start, make
from foxpy.layers.tcp.requests import Configure


class Mine(CongestionControl):
    """Half a segment for each acknowledgement, half the window for each loss."""

    def acknowledged(self, ack: Ack) -> None:
        self.window += ack.mss // 2
        self.window += ack.mss / 2  # type: ignore[assignment]

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.window = self.ssthresh = max(flight // 2, 2 * mss)


class Deaf(CongestionControl):
    """Does not say what a loss does."""

    def acknowledged(self, ack: Ack) -> None:
        self.window += ack.acknowledged


class Misled(CongestionControl):
    """Wants to be told of something else."""

    def acknowledged(self, count: int) -> None:  # type: ignore[override]
        self.window += count

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.window = 2 * mss


def larger(start: Start) -> CongestionControl:
    """A function serves as well."""
    start.window *= 4
    return NewReno(start)


def bare(start: Start) -> int:
    """The window is not the algorithm."""
    return start.window


def choices(tcp: Tcp[IPv4Address], connection: TcpConnection[IPv4Address]) -> None:
    TcpConfig(congestion_control="newreno")
    TcpConfig(congestion_control=Mine)
    TcpConfig(congestion_control=larger)
    TcpConfig(congestion_control=5)  # type: ignore[arg-type]
    TcpConfig(congestion_control=bare)  # type: ignore[arg-type]
    TcpConfig(congestion_control=Mine(Start(1000, 10_000)))  # type: ignore[arg-type]
    tcp.control(Configure(connection, TcpConfig(congestion_control=Mine)))
    tcp.control(Configure(connection, Mine))  # type: ignore[arg-type]


def by_hand(start: Start) -> None:
    assert_type(make(Mine, start), CongestionControl)
    Mine(start)
    Mine(1000)  # type: ignore[arg-type]
    Deaf(start)  # type: ignore[abstract]
