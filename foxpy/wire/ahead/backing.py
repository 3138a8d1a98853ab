"""The exec back end behind native code: it takes over where that does not go on, and words all errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from foxpy.wire import bodies
from foxpy.wire.ahead.order import parameters
from foxpy.wire.out import Out
from foxpy.wire.packet import Packet
from foxpy.wire.program import Program
from foxpy.wire.rules import MISSING, default_of
from foxpy.wire.values import computed
from foxpy.wire.window import Window

Make = Callable[..., Packet]


class Backing(Program):
    """The program of one packet, of which nothing is put in place: the packet's class shows the native one."""

    spec: type[Packet]
    name: str

    def __init__(self, spec: type[Packet]) -> None:
        super().__init__(spec._layout, spec._guards)
        self.spec = spec
        self.name = spec.__name__

    def _install(self, name: str, function: Make) -> None:
        """Nothing: what it would be called by is native."""

    def computed(self, packet: object, name: str) -> object:
        """A field that building fills in, of a native value."""
        return computed(cast(Packet, packet), name)

    def remake(self, values: tuple[object, ...]) -> Packet:
        """Make what native code refused to make, of ``values`` of the parameters in order; raises the error."""
        names = [field.name for field in parameters(self.layout.parameters)]
        known = {name: value for name, value in zip(names, values, strict=True) if value is not MISSING}
        return self.make(self.spec, **known)

    def takes(self, arguments: Mapping[str, object]) -> bool:
        """Whether all that must be given is among ``arguments``, and nothing else."""
        declared = {field.name: default_of(field.rule) for field in self.layout.arguments}
        missing = {name for name, default in declared.items() if default is MISSING}
        return missing <= arguments.keys() <= declared.keys()

    def again(self, packet: object) -> Packet:
        """A native value as one of the exec back end, which cannot be built either, and says why."""
        value = cast(Packet, packet)
        return self.make(self.spec, **{field.name: getattr(value, field.name) for field in self.layout.parameters})

    def push_again(self, packet: object, out: Out) -> None:
        """Write what native code refused to write; raises the error."""
        self.push(self.again(packet), out)

    def push_its_own(self, packet: object, out: Out) -> None:
        """Write a value of this back end, which is native to nobody."""
        self.push(cast(Packet, packet), out)

    def open(self, packet: object, how: object, arguments: Mapping[str, object]) -> object:
        """Open a payload that is not native, or say that there is none."""
        return Packet.open(cast(Packet, packet), cast("type[Packet]", how), **arguments)


def open_window(how: object, window: Window, arguments: Mapping[str, object]) -> object:
    """View a payload as ``how`` says: a packet or a classifier."""
    return cast("type[Packet]", how).view(window, 0, None, **arguments)


def held_body(body: object) -> object:
    """What a payload was given as, as it is held; None for what cannot be one."""
    if isinstance(body, bytearray | memoryview):
        return Window(bytes(body), 0, len(bytes(body)))
    return body if isinstance(body, Window | Packet) else None


def body_window(body: object) -> Window:
    return bodies.body_window(cast("Packet | Window", body))


def push_body(out: Out, body: object) -> None:
    bodies.push_body(out, cast("Packet | Window", body))
