"""Telling other hosts what was wrong with their datagrams, or where they had better send them, where the rules allow it
(RFC 1122, section 3.2.2)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

from foxpy.errors import ProtocolError
from foxpy.layers.icmp.codes import PROTOCOL, QUERIES
from foxpy.layers.icmp.config import IcmpConfig
from foxpy.layers.icmp.counters import Counters
from foxpy.layers.icmp.limits import ErrorLimits
from foxpy.layers.icmp.wire import (
    ICMP,
    Unreachable,
    append_parameter_problem,
    append_redirect,
    append_time_exceeded,
    append_unreachable,
    fill_icmp,
    read_icmp,
)
from foxpy.layers.ipv4 import Ip, IpAddress, ProblemReporter, Service
from foxpy.layers.ipv4.numbers import is_multicast, names_a_host
from foxpy.layers.ipv4.options import way_back
from foxpy.layers.ipv4.wire import IPv4, read_ipv4
from foxpy.message import Writer
from foxpy.status import Trouble
from foxpy.wire import PacketError

LARGEST_MESSAGE: Final = 576
"""An error message is no longer than this, IP header included (RFC 1812, section 4.3.2.3)."""
QUOTED: Final = LARGEST_MESSAGE - IPv4.MIN - Unreachable.MIN


def _unreachable(code: int) -> Callable[[Writer, int, int], None]:
    def append(out: Writer, size: int, detail: int) -> None:
        append_unreachable(out, size, code=code)

    return append


def _time_exceeded(code: int) -> Callable[[Writer, int, int], None]:
    def append(out: Writer, size: int, detail: int) -> None:
        append_time_exceeded(out, size, code=code)

    return append


def _parameter_problem(out: Writer, size: int, detail: int) -> None:
    append_parameter_problem(out, size, pointer=detail)


def _redirect(out: Writer, size: int, detail: int) -> None:
    # For this host alone: a router must not speak for networks (RFC 1812, section 5.2.7.2).
    append_redirect(out, size, code=1, gateway=IPv4Address(detail))


def _too_big(out: Writer, size: int, detail: int) -> None:
    append_unreachable(out, size, code=4, mtu=min(detail, 0xFFFF))


HEADERS: Final = {
    Trouble.NETWORK_UNREACHABLE: _unreachable(0),
    Trouble.HOST_UNREACHABLE: _unreachable(1),
    Trouble.PROTOCOL_UNREACHABLE: _unreachable(2),
    Trouble.PORT_UNREACHABLE: _unreachable(3),
    Trouble.TOO_BIG: _too_big,
    Trouble.SOURCE_ROUTE_FAILED: _unreachable(5),
    Trouble.PROHIBITED: _unreachable(10),
    Trouble.TIME_EXCEEDED: _time_exceeded(0),
    Trouble.REASSEMBLY_TIMEOUT: _time_exceeded(1),
    Trouble.PARAMETER_PROBLEM: _parameter_problem,
}
"""How each trouble is told."""


class Problems(ProblemReporter):
    """Sends the error messages of one host."""

    def __init__(self, ip: Ip, config: IcmpConfig, counters: Counters) -> None:
        self._ip = ip
        self._counters = counters
        self._limits = _limits(ip, config)
        # A host that does not listen to Redirects is sent one after another: they must not use up what it is to hear
        # of real trouble.
        self._redirect_limits = _limits(ip, config)

    def problem(self, trouble: Trouble, frame: bytes, start: int, end: int, detail: int = 0) -> None:
        append = HEADERS.get(trouble)
        if append is None or not self._may_tell(frame, start, end):
            return
        *_, source, destination = read_ipv4(frame, start, end)
        now, ours = self._ip.runtime.now, self._ip.routes.is_own(source)
        if not (self._limits.allow_any(now) if ours else self._limits.allow(source, now)):
            self._counters.errors_limited += 1
            return
        # What is wrong may be the source route itself.
        back = trouble is not Trouble.PARAMETER_PROBLEM
        try:
            self._tell(append, detail, frame, start, end, self._local(source, destination), back=back)
        except ProtocolError:
            self._counters.unsendable += 1
        else:
            self._counters.errors_sent += 1

    def redirect(self, frame: bytes, start: int, end: int, gateway: IPv4Address, local: IPv4Address) -> None:
        if not self._may_tell(frame, start, end):
            return
        *_, source, _ = read_ipv4(frame, start, end)
        if not self._redirect_limits.allow(source, self._ip.runtime.now):
            self._counters.redirects_limited += 1
            return
        try:
            self._tell(_redirect, int(gateway), frame, start, end, local, back=False)
        except ProtocolError:
            self._counters.unsendable += 1
        else:
            self._counters.redirects_sent += 1

    def _tell(
        self,
        append: Callable[[Writer, int, int], None],
        detail: int,
        frame: bytes,
        start: int,
        end: int,
        local: IPv4Address,
        *,
        back: bool,
    ) -> None:
        """Send the source of ``frame[start:end]`` the message that ``append`` begins; with ``back`` by the source route
        that its datagram came by, where those are accepted (RFC 1812, section 4.3.2.6). Raises ProtocolError."""
        header, _, _, _, _, _, _, number, _ = read_ipv4(frame, start, end)
        source, service = IPv4Address(number), Service()
        if back and header != IPv4.MIN and self._ip.config.accept_source_routes:
            service = Service(route=way_back(frame[start + IPv4.MIN : start + header], source))
        options = service.to(source)[1]
        quoted = frame[start : min(end, start + QUOTED - len(options))]
        message = Writer()
        append(message, len(quoted), detail)
        fill_icmp(message, 0, quoted, 0)
        self._ip.post(IpAddress(source, PROTOCOL, local, service), bytes(message), quoted)

    def _local(self, source: int, destination: int) -> IPv4Address:
        """What the message comes from: a host, from the address that the datagram came to, as its sender knows it by no
        other. A router, from an address on the link towards the sender (RFC 1812, section 4.3.2.4). Raises
        ProtocolError where no way leads there."""
        ip, address = self._ip, IPv4Address(destination)
        own = ip.routes.is_own(destination)
        if own and (ip.forwarding is None or ip.routes.is_own(source)):
            return address
        decision = ip.routes.decide(source, None)
        if own and any(each.ip == address for each in decision.interface.addresses):
            return address
        return ip.routes.router_address(decision) if ip.forwarding is not None else decision.source

    def _may_tell(self, frame: bytes, start: int, end: int) -> bool:
        """The rules that go before all others."""
        counters, routes = self._counters, self._ip.routes
        header, _, _, _, offset, _, protocol, source, destination = read_ipv4(frame, start, end)
        if offset:
            counters.about_fragments += 1
        elif is_multicast(destination) or routes.is_broadcast(destination):
            counters.about_groups += 1
        elif (not names_a_host(source) or routes.is_broadcast(source)) and not routes.is_own(source):
            counters.about_nobody += 1
        elif protocol == PROTOCOL and not _is_query(frame, start + header, end):
            counters.about_errors += 1
        else:
            return True
        return False


def _limits(ip: Ip, config: IcmpConfig) -> ErrorLimits:
    return ErrorLimits(
        ip.runtime.random,
        config.error_rate,
        config.error_burst,
        config.error_rate_per_host,
        config.error_burst_per_host,
        config.hosts,
        ip.runtime.now,
    )


def _is_query(frame: bytes, start: int, end: int) -> bool:
    if end - start < ICMP.MIN:
        return False
    try:
        return read_icmp(frame, start, end)[0] in QUERIES
    except PacketError:
        return False
