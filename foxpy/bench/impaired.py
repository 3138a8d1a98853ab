"""``foxpy bench impaired``: TCP through bad paths, both ways, beside Linux through the same relay."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Final

import attrs

from foxpy.bench import wires
from foxpy.bench.congestion import available
from foxpy.bench.figures import Result, Row, at_least
from foxpy.bench.load import LoadFailed
from foxpy.bench.rig import log, pause, plain
from foxpy.bench.services import pattern
from foxpy.bench.settings import Refused, Settings
from foxpy.testing.namespaces import Namespace, namespace, veth, why_not

PEERS: Final = ("linux",)
CLIENT: Final = "10.77.0.1"
NEAR, FAR = "near", "far"
STARTING: Final = 30.0
SETTLING: Final = 0.7
"""Seconds that the path stays up after a transfer, more than any round trip: a last FIN that nobody acknowledges would
make a server doubt its neighbour, and the next connection wait for ARP."""
MEGABYTE: Final = 1_000_000
INTO, OUT_OF = "into", "out of"
TARGET: Final = at_least(0.8)


@attrs.frozen
class Impairment:
    """What happens to frames both ways, and how much is sent: so much that start-up does not count."""

    faults: str
    megabytes: float
    down: tuple[float, float] | None = None
    """When the link goes down, counted from the first data, and for how long; in seconds."""

    def arguments(self, seed: int) -> list[str]:
        found = [f"{self.faults},seed={seed}"]
        return found if self.down is None else [*found, "--down", *map(str, self.down)]


FAST: Final = "rate=50mbit,queue=200kB"
"""Fewer frames than the relay, which is Python, can carry; and as much of a queue as 30 ms fill."""
PATH: Final = f"{FAST},delay=5ms"

IMPAIRMENTS: Final[dict[str, Impairment]] = {
    "no loss": Impairment(PATH, 15),
    "1 % loss": Impairment(f"{PATH},loss=1%", 8),
    "5 % loss": Impairment(f"{PATH},loss=5%", 2.5),
    "10 % loss": Impairment(f"{PATH},loss=10%", 0.8),
    "3 % reordered": Impairment(f"{PATH},reorder=3%", 12),
    "1 % duplicated": Impairment(f"{PATH},duplicate=1%", 12),
    "1 % corrupted": Impairment(f"{PATH},corrupt=1%", 8),
    "50 ms": Impairment(f"{FAST},delay=50ms", 10),
    "300 ms": Impairment(f"{FAST},delay=300ms", 8),
    "10 Mbit/s, short queue": Impairment("rate=10mbit,delay=5ms,queue=20kB", 4),
    "10 Mbit/s, long queue": Impairment("rate=10mbit,delay=5ms,queue=500kB", 4),
    "down for 5 s": Impairment(PATH, 10, down=(0.5, 5.0)),
}

HOW: Final = (
    "The client is Linux's TCP; 'into' is what it sends. All frames of the client pass a relay that sets them the same"
    " faults, seeded alike in each round, whether they go to Linux's TCP or to foxpy's, which is behind a plain tap."
    " The base is {path} each way. The time is that of a whole connection, from the open to the last byte, and SHA-256"
    " of what arrived was compared each time. MTU 1500, no offloads anywhere. All use the congestion control that is"
    " named."
)


@attrs.frozen
class Server:
    """Where a server is: its address, and the relay's interface that leads to it."""

    address: str
    port: str


OURS: Final = {"cubic": Server("10.77.0.2", "tap0"), "bbr": Server("10.77.0.3", "tap1")}
"""A foxpy for each congestion control: the one that most hosts have, and the one that takes no loss for congestion."""
THEIRS: Final = {"cubic": Server("10.77.0.4", FAR), "bbr": Server("10.77.0.5", FAR)}


class Bench:
    """The machines: the client's, the relay's, and Linux's server; foxpy's taps are the relay's."""

    def __init__(self, settings: Settings, client: Namespace, middle: Namespace, far: Namespace) -> None:
        self.settings = settings
        self.client = client
        self.middle = middle
        veth(client, middle, f"{CLIENT}/24", "0.0.0.0/0", name=NEAR)
        first, *others = (server.address for server in THEIRS.values())
        veth(far, middle, f"{first}/24", "0.0.0.0/0", name=FAR)
        for address in others:
            far.ip("address", "add", f"{address}/24", "dev", FAR)
        for place, name in ((client, NEAR), (middle, NEAR), (far, FAR), (middle, FAR)):
            plain(place, name)
        for congestion, server in THEIRS.items():
            if congestion in available():
                self._serve(
                    far, f"linux-{congestion}", "foxpy.bench.servers.linux_server", server.address, "", congestion
                )
        for congestion, server in OURS.items():
            middle.ip("tuntap", "add", "dev", server.port, "mode", "tap")
            middle.ip("link", "set", server.port, "up")
            arguments = (f"tap-plain:{server.port}", f"{server.address}/24", "", congestion)
            self._serve(middle, f"foxpy-{congestion}", "foxpy.bench.servers.foxpy_server", *arguments)
        self._await_answers()

    def _serve(self, place: Namespace, name: str, *module: str) -> None:
        with log(f"impaired-{name}").open("wb") as said:
            place.start(*self.settings.build.command(*module), stdout=said.fileno())

    def _await_answers(self) -> None:
        for server in (*OURS.values(), *(each for name, each in THEIRS.items() if name in available())):
            end = time.monotonic() + STARTING
            with self.relayed(server.port, ["delay=0"]):
                while True:
                    try:
                        wires.answers(self.client, server.address)
                        break
                    except OSError as error:
                        if time.monotonic() > end:
                            raise Refused(f"the server at {server.address} does not answer: {error}") from error
                        pause(0.1)

    @contextlib.contextmanager
    def relayed(self, port: str, arguments: list[str]) -> Iterator[None]:
        """The client's frames reach what is behind ``port``, as far as the relay lets them."""
        command = self.settings.build.command("foxpy.testing.relay", NEAR, port, *arguments)
        with subprocess.Popen(self.middle.command(*command), stderr=subprocess.PIPE, text=True) as relay:
            try:
                assert relay.stderr is not None
                if (said := relay.stderr.readline()).strip() != "ready":
                    raise Refused(f"the relay ended: {said}{relay.stderr.read()}".strip())
                yield
            finally:
                relay.terminate()

    def seconds(self, impairment: Impairment, way: str, ours: bool, congestion: str, size: int, seed: int) -> float:
        """How long a transfer takes. Raises LoadFailed where it fails, or what arrives is not what was sent."""
        server = (OURS if ours else THEIRS)[congestion]
        address = server.address
        carry: Callable[[Namespace, str, int, str], bytes] = wires.hashed if way == INTO else wires.fetched
        expected = hashlib.sha256(pattern(size)).digest()
        with self.relayed(server.port, impairment.arguments(seed)):
            began = time.perf_counter()
            try:
                found = carry(self.client, address, size, congestion)
            except (OSError, EOFError) as error:
                raise LoadFailed(f"{size} bytes {way} {address}: {error}") from error
            took = time.perf_counter() - began
            pause(SETTLING)
        if found != expected:
            raise LoadFailed(f"{size} bytes {way} {address}: SHA-256 differs")
        return took


@contextlib.contextmanager
def bench(settings: Settings) -> Iterator[Bench]:
    """Raises Refused where this user cannot make namespaces."""
    reason = why_not()
    if reason is not None:
        raise Refused(reason)
    with namespace() as client, namespace() as middle, namespace() as far:
        yield Bench(settings, client, middle, far)


def measure(settings: Settings) -> Result:
    """Raises Refused where it cannot be measured here, LoadFailed where a transfer fails."""
    figures: dict[tuple[str, str, str, bool], list[float]] = {}
    beside = (True, False) if settings.wants("linux") else (True,)
    missing = [each for each in OURS if each not in available()]
    algorithms = [each for each in OURS if each not in missing]
    with bench(settings) as made:
        for number in range(1, settings.rounds + 1):
            for name, impairment in IMPAIRMENTS.items():
                size = int(impairment.megabytes * MEGABYTE * settings.seconds)
                for congestion, way, ours in itertools.product(algorithms, (INTO, OUT_OF), beside):
                    who = f"{'foxpy' if ours else 'linux'}, {congestion}"
                    settings.progress(f"round {number} of {settings.rounds}: {name}, {way} {who}")
                    took = made.seconds(impairment, way, ours, congestion, size, number)
                    figures.setdefault((congestion, way, name, ours), []).append(size / took / MEGABYTE)
    rows = [
        Row(f"{way}, {name}, {congestion}", "MB/s", figures[congestion, way, name, True],
            *(("linux", figures[congestion, way, name, False], TARGET) if False in beside else ()))
        for congestion, way, name in itertools.product(algorithms, (INTO, OUT_OF), IMPAIRMENTS)
    ]  # fmt: skip
    left_out = {each: f"Linux has no such congestion control here (modprobe tcp_{each})" for each in missing}
    if settings.other is not None:
        left_out[f"foxpy {settings.other.mode}"] = "paths are slower than either; run this by its own interpreter"
    return Result("TCP through bad paths, beside Linux", rows, HOW.format(path=PATH), left_out=left_out)
