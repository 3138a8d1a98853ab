"""Ethernet II and 802.3."""

from foxpy.layers.ethernet.wire import EthernetII, Ieee8023, ethernet
from fuzz.harness import chosen, fuzz

fuzz(chosen(ethernet), classes=[EthernetII, Ieee8023])
