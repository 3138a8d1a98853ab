"""Where in its source a packet's definition went wrong, for the message that refuses it."""

from __future__ import annotations

import ast
import linecache
import sys
from types import FrameType


def where(cls: type[object], message: str) -> str:
    """A line that shows the field at fault in the source of ``cls``; empty where there is no source.

    ``message`` begins with ``Packet.field:`` or ``Packet:``. To be called while the class is being created.
    """
    frame = _defining_frame(cls)
    if frame is None:
        return ""
    filename = frame.f_code.co_filename
    lines = linecache.getlines(filename, frame.f_globals)
    head = message.partition(":")[0].split(" ")[0]
    name = head.partition(".")[2]
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return ""
    found: int | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__ and node.lineno <= frame.f_lineno <= _end(node):
            found = node.lineno
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and getattr(statement.target, "id", "") == name:
                    found = statement.lineno
    return "" if found is None else f"\n  {filename}:{found}: {lines[found - 1].strip()}"


def _end(node: ast.ClassDef) -> int:
    return node.end_lineno or node.lineno


def _defining_frame(cls: type[object]) -> FrameType | None:
    """The frame in which the class statement runs: the nearest one of the module that the class belongs to."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != cls.__module__:
        frame = frame.f_back
    return frame
