"""Filters: ``tcp.dport == 80 and ipv4.src == 10.0.0.0/8``. The grammar is in ``syntax``, the names are in ``names``."""

from foxpy.decode.filter.meaning import Test, compile_filter
from foxpy.decode.filter.tokens import FilterError

__all__ = ["FilterError", "Test", "compile_filter"]
