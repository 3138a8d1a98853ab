"""ICMP."""

from foxpy.layers.icmp.wire import Echo, Redirect, Unreachable, icmp
from fuzz.harness import chosen, fuzz

fuzz(chosen(icmp), classes=[Echo, Redirect, Unreachable])
