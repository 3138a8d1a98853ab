"""What figures were measured on."""

from __future__ import annotations

from foxpy.bench.machine import machine as described


def machine(cpu: int) -> dict[str, str]:
    """The processor, everything being pinned to ``cpu``, the kernel, the interpreter and the commit."""
    found = described()
    return {**found, "cpu": f"{found['cpu']}, everything pinned to CPU {cpu}"}
