"""Generated code: its text, the names it uses, and its way into the interpreter.

Text is compiled at first use and entered into ``linecache``, so that tracebacks and debuggers show it. Every name in it
that is not a field's begins with an underscore, which fields' names may not.
"""

from __future__ import annotations

import linecache
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from foxpy.checksum import ones_sum
from foxpy.wire.errors import Malformed, OutOfRange, PacketError, Truncated
from foxpy.wire.window import Window


class Source:
    """A module of generated text under construction. ``title`` names it in tracebacks: ``<foxpy.wire IPv4 parse>``."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.lines: list[str] = []
        self.margin = ""
        self.names: dict[str, object] = {
            "__name__": f"foxpy.wire generated for {title}",
            "_Malformed": Malformed,
            "_OutOfRange": OutOfRange,
            "_PacketError": PacketError,
            "_Truncated": Truncated,
            "_Window": Window,
            "_bytes": bytes,
            "_int_from": int.from_bytes,
            "_isinstance": isinstance,
            "_len": len,
            "_new": object.__new__,
            "_ones_sum": ones_sum,
            "_property": property,
            "_struct_error": struct.error,
            "_tuple": tuple,
            "_type": type,
        }
        self._formats: dict[str, str] = {}

    def line(self, text: str) -> None:
        self.lines.append(self.margin + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Write ``header`` and indent what is written inside."""
        self.line(header)
        before = self.margin
        self.margin += "    "
        yield
        self.margin = before

    def bind(self, name: str, value: object) -> str:
        """Make ``value`` known to the text as ``name``."""
        assert self.names.get(name, value) is value, name
        self.names[name] = value
        return name

    def bind_like(self, name: str, value: object) -> str:
        """Make ``value`` known as ``name`` or, where that is something else's already, by a name like it."""
        free, number = name, 1
        while self.names.get(free, value) is not value:
            number += 1
            free = f"{name}_{number}"
        return self.bind(free, value)

    def codec(self, method: str, layout: str) -> str:
        """The name of a ``struct`` function (``unpack_from`` or ``pack``) for ``layout``, such as ``>BxH``."""
        key = method + layout
        if key not in self._formats:
            name = f"_{method.removesuffix('_from')}{len(self._formats)}"
            self._formats[key] = self.bind(name, getattr(struct.Struct(layout), method))
            self.line_before_code(f"# {name} = struct.Struct({layout!r}).{method}")
        return self._formats[key]

    def line_before_code(self, text: str) -> None:
        """Put a line at the top: for remarks that are found out while the text is written."""
        at = sum(line.startswith("# _") for line in self.lines)
        self.lines.insert(at, text)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def load(self, names: dict[str, object] | None = None) -> dict[str, object]:
        """Compile and run the text; the names it has defined, which are added to ``names`` if that is given."""
        if names is None:
            names = self.names
        else:
            names.update(self.names)
        filename = f"<foxpy.wire {self.title}>"
        linecache.cache[filename] = (len(self.text), None, self.text.splitlines(keepends=True), filename)
        exec(compile(self.text, filename, "exec", dont_inherit=True), names)
        return names
