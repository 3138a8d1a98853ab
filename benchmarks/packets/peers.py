"""The other libraries: what each does of the task, or why it is not there."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Final

from packets.task import FRAME, PAYLOAD, Way

PEERS: Final = ("dpkt", "pypacker", "scapy", "construct")


def found() -> tuple[dict[str, dict[str, Way]], list[str]]:
    """What is installed, each with its ways of doing ``three``, ``parse`` and ``build``; and what is missing."""
    there: dict[str, dict[str, Way]] = {}
    missing = []
    for name in PEERS:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
            continue
        module = importlib.import_module(f"packets.by_{name}")
        ways = {"parse": Way(module.parse, (FRAME,), module.fields), "build": Way(module.build, (PAYLOAD,))}
        if hasattr(module, "three"):
            ways["three"] = Way(module.three, (FRAME,))
        there[name] = ways
    return there, missing


def version(name: str) -> str:
    return importlib.metadata.version(name)
