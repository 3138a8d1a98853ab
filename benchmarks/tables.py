"""Tables for people: those of ``foxpy bench``."""

from foxpy.bench.table import table

__all__ = ["table"]
