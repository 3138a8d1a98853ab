"""The settings of every layer: none that is absurd is taken, as a table without room would fail only under attack."""

from __future__ import annotations

import math
from typing import Final

import attrs
import pytest

from foxpy.layers.acknowledge import AcknowledgeConfig
from foxpy.layers.arp import ArpConfig
from foxpy.layers.ethernet import EthernetConfig
from foxpy.layers.faults import FaultConfig
from foxpy.layers.fragment import FragmentConfig
from foxpy.layers.icmp import IcmpConfig
from foxpy.layers.ipv4 import IpConfig
from foxpy.layers.router_discovery import AddressVariables, InterfaceVariables, RouterDiscoveryConfig
from foxpy.layers.tcp import TcpConfig
from foxpy.layers.udp import UdpConfig

SETTINGS: Final = (
    AcknowledgeConfig,
    AddressVariables,
    ArpConfig,
    EthernetConfig,
    FaultConfig,
    FragmentConfig,
    IcmpConfig,
    InterfaceVariables,
    IpConfig,
    RouterDiscoveryConfig,
    TcpConfig,
    UdpConfig,
)
ANY_NUMBER: Final = {"preference", "seed"}


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.__name__)
def test_no_number_is_below_nothing(settings: type[attrs.AttrsInstance]) -> None:
    defaults = settings()
    for field in attrs.fields(settings):
        value = getattr(defaults, field.name)
        if isinstance(value, bool) or field.name in ANY_NUMBER or field.name.endswith("_port"):
            continue
        absurd = [-1] if isinstance(value, int) else [-1.0, math.nan] if isinstance(value, float) else []
        for number in absurd:
            with pytest.raises(ValueError, match=field.name):
                settings(**{field.name: number})


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.__name__)
def test_settings_are_named(settings: type[attrs.AttrsInstance]) -> None:
    """They come and go with versions, so their order must not matter to anybody."""
    assert all(field.kw_only for field in attrs.fields(settings))
