"""ICMP: echo, and the errors that hosts tell each other."""

from foxpy.layers.icmp.addresses import IcmpAddress, IcmpPattern
from foxpy.layers.icmp.config import IcmpConfig
from foxpy.layers.icmp.connection import IcmpConnection
from foxpy.layers.icmp.control import AcceptRedirects, AnswerEcho, IcmpControl, IcmpInfo
from foxpy.layers.icmp.layer import Icmp, icmp
from foxpy.layers.icmp.others import Taker

__all__ = [
    "AcceptRedirects",
    "AnswerEcho",
    "Icmp",
    "IcmpAddress",
    "IcmpConfig",
    "IcmpConnection",
    "IcmpControl",
    "IcmpInfo",
    "IcmpPattern",
    "Taker",
    "icmp",
]
