"""The decision log of TCP as a file, and what can be learned from it: docs/decisions.md."""

from foxpy.decisions.file import DecisionWriter, LogClock, read_decisions
from foxpy.decisions.lines import LogError

__all__ = ["DecisionWriter", "LogClock", "LogError", "read_decisions"]
