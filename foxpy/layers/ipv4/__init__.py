"""IPv4: hosts on any network, named by IPv4 address and protocol."""

from foxpy.layers.ipv4.addresses import IpAddress, IpPattern, Service
from foxpy.layers.ipv4.carrier import IpCarrier
from foxpy.layers.ipv4.config import IpConfig
from foxpy.layers.ipv4.connection import IpConnection
from foxpy.layers.ipv4.control import (
    AddAddress,
    DisableInterface,
    EnableInterface,
    FragmentInfo,
    InterfaceInfo,
    IpControl,
    IpInfo,
    JoinGroup,
    LeaveGroup,
    RemoveAddress,
    RemoveRoute,
    SetDefaultGateway,
    SetDirectRoute,
    SetInterfaceAddress,
    SetService,
    SetSpecificGateway,
)
from foxpy.layers.ipv4.headers import Arrived
from foxpy.layers.ipv4.interface import Interface, interface
from foxpy.layers.ipv4.layer import Ip, ipv4
from foxpy.layers.ipv4.link import ANYBODY, EVERYBODY, IpLink, NextHop
from foxpy.layers.ipv4.observer import InterfaceObserver
from foxpy.layers.ipv4.point_to_point import point_to_point
from foxpy.layers.ipv4.problems import ProblemReporter
from foxpy.layers.ipv4.routes import Origin, Route

__all__ = [
    "ANYBODY",
    "EVERYBODY",
    "AddAddress",
    "Arrived",
    "DisableInterface",
    "EnableInterface",
    "FragmentInfo",
    "Interface",
    "InterfaceInfo",
    "InterfaceObserver",
    "Ip",
    "IpAddress",
    "IpCarrier",
    "IpConfig",
    "IpConnection",
    "IpControl",
    "IpInfo",
    "IpLink",
    "IpPattern",
    "JoinGroup",
    "LeaveGroup",
    "NextHop",
    "Origin",
    "ProblemReporter",
    "RemoveAddress",
    "RemoveRoute",
    "Route",
    "Service",
    "SetDefaultGateway",
    "SetDirectRoute",
    "SetInterfaceAddress",
    "SetService",
    "SetSpecificGateway",
    "interface",
    "ipv4",
    "point_to_point",
]
