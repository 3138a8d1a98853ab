"""Putting a compiled module in the place of the one it was written from, when it is imported.

The source is run under another name. Interpreted importers of the module are given what the source defines: packet
classes, whose constructors, views and parsers are native now, and native functions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from copy import copy
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

from foxpy.wire.ahead.backing import Backing
from foxpy.wire.ahead.order import parameters
from foxpy.wire.classify import Classifier
from foxpy.wire.packet import Packet
from foxpy.wire.recording import Hot, provide, recording
from foxpy.wire.records import Records
from foxpy.wire.rules import MISSING

SUFFIX = "_spec"
"""What is added to a module's name for its source."""


def run_source(module: str, path: Path) -> ModuleType:
    """The source of ``module``, run; the functions that it asks for are recorded."""
    name = module + SUFFIX
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    source = module_from_spec(spec)
    sys.modules[name] = source
    try:
        with recording(name):
            spec.loader.exec_module(source)
    except BaseException:
        del sys.modules[name]
        raise
    return source


class Loaded:
    """The source behind a compiled module."""

    def __init__(self, module: str) -> None:
        self.module = module
        package, _, name = module.rpartition(".")
        self.source = run_source(module, Path(sys.modules[package].__path__[0]) / f"{name}.py")
        self.native: dict[str, object] = {}

    def packet(self, name: str) -> type[Packet]:
        return cast("type[Packet]", vars(self.source)[name])

    def backing(self, name: str) -> Backing:
        return Backing(self.packet(name))

    def hot(self, name: str) -> Hot:
        """What a native function falls back on."""
        return cast(Hot, vars(self.source)[name])

    def classifier(self, name: str) -> Classifier[object]:
        """A classifier for what a native one refuses."""
        return copy(cast("Classifier[object]", vars(self.source)[name]))

    def records(self, name: str) -> Records[Packet]:
        return copy(cast("Records[Packet]", vars(self.source)[name]))

    def put_packet(self, name: str, native: type[object], make: Callable[..., object], door: object) -> None:
        """Show the native class's objects where the source's packet is used."""
        spec = self.packet(name)
        parts = {"make": make, **{part: getattr(door, part) for part in ("view", "parse", "take", "push")}}
        for part, function in parts.items():
            setattr(spec._program, part, function)
            if part in _ON_CLASS:
                setattr(spec, _ON_CLASS[part], staticmethod(function))
        own = _own(native)
        for base in reversed(spec.__mro__[:-1]):
            for attribute, value in vars(base).items():
                if attribute not in _NEVER and attribute not in own and attribute not in spec._layout.fields:
                    setattr(native, attribute, value)
        setattr(native, "open", getattr(native, "_open_any"))  # noqa: B009, B010
        setattr(native, "__setattr__", _refuse)  # noqa: B010  # mypy will not have a method assigned to
        setattr(native, "__delattr__", _refuse)  # noqa: B010

    def given(self, spec: type[object], body: bool, values: tuple[object, ...]) -> dict[str, object]:
        """What a native function was given, by name: ``values`` are those of its parameters, in order."""
        layout = cast("type[Packet]", spec)._layout
        order = parameters(each for each in layout.parameters if body or each is not layout.body)
        return {each.name: value for each, value in zip(order, values, strict=True) if value is not MISSING}

    def put_functions(self, **functions: Callable[..., object]) -> None:
        """Let native functions be called by the names of those that were asked for, and be had by asking again."""
        for name, function in functions.items():
            provide(self.hot(name), function)
        vars(self.source).update(functions)

    def put_chooser(self, name: str, **parts: Callable[..., object]) -> None:
        """Let the source's classifier or list be the native one."""
        for part, function in parts.items():
            setattr(vars(self.source)[name], part, function)

    def put_names(self) -> None:
        """Show interpreted importers what the source defines."""
        shown = {name: value for name, value in vars(self.source).items() if not name.startswith("__")}
        for value in shown.values():
            if getattr(value, "__module__", None) == self.source.__name__:
                value.__module__ = self.module
        vars(sys.modules[self.module]).update(shown)


_ON_CLASS = {"make": "__new__", "view": "view", "parse": "parse"}
_NEVER = frozenset(("__dict__", "__weakref__", "__slots__", "__new__", "__init__", "__init_subclass__", "__module__"))
_OWN: dict[type[object], frozenset[str]] = {}


def _own(native: type[object]) -> frozenset[str]:
    """The attributes of a native class that it was compiled with, its bases' among them."""
    found = frozenset[str]()
    for base in native.__mro__:
        if base is not object:
            found |= _OWN.setdefault(base, frozenset(vars(base)) - {"__doc__"})
    return found


def _refuse(self: Packet, name: str, value: object = None) -> None:
    raise AttributeError(f"{self._spec.__name__}.{name}: packets are read-only")
