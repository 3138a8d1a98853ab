"""Finding a stack file, and calling its ``build`` with what the command line has.

``build`` says by its annotations what it wants: devices of a medium, interface addresses, a gateway, a MAC address.
They are taken from the command line in the order of the parameters; a parameter with a default may go without.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import sys
import types
import typing
from collections.abc import Callable, Sequence
from importlib import resources
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import attrs

from foxpy.addresses import MacAddress
from foxpy.cli.usage import CommandError
from foxpy.devices.device import AnyMedium, Device, EthernetFrames, IpPackets
from foxpy.errors import ProtocolError
from foxpy.stack import Stack

_MEDIA: dict[type[AnyMedium], str] = {EthernetFrames: "Ethernet frames", IpPackets: "IP packets"}
_sequence = itertools.count()


@attrs.frozen
class Wants:
    """What a ``build`` needs for its devices: one medium for each."""

    media: tuple[type[AnyMedium], ...]
    addresses: int
    """How many interface addresses it takes."""
    mac: bool
    """Whether it takes a MAC address."""


@attrs.frozen
class Settings:
    """What the command line offers to a ``build``."""

    addresses: Sequence[IPv4Interface] = ()
    gateway: IPv4Address | None = None
    mac: MacAddress | None = None


@attrs.frozen
class StackFile:
    """A stack file that was found, loaded and looked at."""

    name: str
    path: Path
    drawing: str
    wants: Wants
    _build: Callable[..., object]
    _parameters: tuple[tuple[str, object, bool], ...]

    def build(self, devices: Sequence[Device[AnyMedium]], settings: Settings) -> Stack:
        """The stack. Raises CommandError where something is missing, left over, or refused by a layer."""
        lists: dict[object, list[object]] = {
            Device: list(devices),
            IPv4Interface: list(settings.addresses),
            IPv4Address: [settings.gateway] if settings.gateway else [],
            MacAddress: [settings.mac] if settings.mac else [],
        }
        arguments: dict[str, object] = {}
        for name, kind, optional in self._parameters:
            offered = lists[kind]
            if offered:
                arguments[name] = offered.pop(0)
            elif not optional:
                raise CommandError(f"{self.path}: build() needs {name}; give it with {_OPTIONS[kind]}")
        for kind, left in lists.items():
            if left and kind is not Device:
                raise CommandError(f"{self.path}: build() has no use for {_OPTIONS[kind]} {left[0]}; leave it out")
        try:
            stack = self._build(**arguments)
        except ProtocolError as error:
            raise CommandError(f"{self.path}: {error}") from error
        except Exception as error:  # layers that do not fit fail anyhow, and in no way that could be foreseen
            raise CommandError(
                f"{self.path}: build() failed with {type(error).__name__}: {error}; "
                f"foxpy check {self.path} says what does not fit"
            ) from error
        if not isinstance(stack, Stack):
            raise CommandError(f"{self.path}: build() returned {type(stack).__name__}, not a foxpy.stack.Stack")
        return stack


_OPTIONS: dict[object, str] = {
    Device: "--device",
    IPv4Interface: "--address",
    IPv4Address: "--gateway",
    MacAddress: "--mac",
}


def find(name: str) -> Path:
    """The file of stack ``name``: a path, or the name of one of the project's own. Raises CommandError."""
    path = Path(name)
    if path.suffix == ".py" or path.exists():
        if path.is_file():
            return path
        raise CommandError(f"no stack file {name}; write its path, or one of: {', '.join(known())}")
    own = Path(str(resources.files("stacks"))) / f"{name}.py"
    if own.is_file():
        return own
    raise CommandError(f"no stack is called {name!r}; there are {', '.join(known())}, or give the path of a file")


def known() -> list[str]:
    """The names of the project's own stacks."""
    return sorted(path.stem for path in Path(str(resources.files("stacks"))).glob("[a-z]*.py"))


def load(name: str) -> StackFile:
    """Find and run the stack file ``name`` and look at its ``build``. Raises CommandError."""
    path = find(name)
    module = run_file(path)
    build = getattr(module, "build", None)
    if not callable(build):
        raise CommandError(f"{path}: a stack file has a function build(); this one has none")
    parameters = tuple(_parameters(path, build))
    media = tuple(medium for _, _, _, medium in parameters if medium is not None)
    if not media:
        raise CommandError(f"{path}: build() takes no device; annotate a parameter with Device[EthernetFrames] or so")
    kinds = [kind for _, kind, _, _ in parameters]
    wants = Wants(media, kinds.count(IPv4Interface), MacAddress in kinds)
    drawing = inspect.cleandoc(module.__doc__ or "")
    return StackFile(path.stem, path, drawing, wants, build, tuple((n, k, o) for n, k, o, _ in parameters))


def run_file(path: Path) -> types.ModuleType:
    """The module that a user wrote in the file ``path``. Raises CommandError for whatever is wrong with it."""
    spec = importlib.util.spec_from_file_location(f"foxpy_stack_{path.stem}_{next(_sequence)}", path)
    if spec is None or spec.loader is None:
        raise CommandError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # attrs and typing look annotations up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a user's file does wrong is told, not shown as our own traceback
        raise CommandError(f"{path}: cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _parameters(
    path: Path, build: Callable[..., object]
) -> typing.Iterator[tuple[str, object, bool, type[AnyMedium] | None]]:
    """Name, kind, whether it may be left out, and of a device its medium."""
    try:
        hints = typing.get_type_hints(build)
    except Exception as error:  # as above: the annotations are the user's
        raise CommandError(f"{path}: the annotations of build() cannot be read: {error}") from error
    for name, parameter in inspect.signature(build).parameters.items():
        hint = hints.get(name)
        optional = parameter.default is not inspect.Parameter.empty
        alternatives = [part for part in typing.get_args(hint) if part is not type(None)]
        if typing.get_origin(hint) in (types.UnionType, typing.Union) and len(alternatives) == 1:
            hint = alternatives[0]
        if typing.get_origin(hint) is Device:
            yield name, Device, optional, typing.get_args(hint)[0]
        elif hint in _OPTIONS:
            yield name, hint, optional, None
        elif not optional:
            raise CommandError(
                f"{path}: build() wants {name}, of a type that the command line cannot give; it can give Device[...], "
                f"IPv4Interface, IPv4Address and MacAddress, or give the parameter a default"
            )


def medium_name(medium: type[AnyMedium]) -> str:
    """What ``medium`` carries, in words."""
    return _MEDIA.get(medium, medium.__name__)
