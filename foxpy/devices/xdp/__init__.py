"""AF_XDP: frames between a network interface and this process, past the kernel's network stack.

``xdp`` makes a device for a stack, ``XdpSocket`` is the same without one. Written with the standard library alone: no
libbpf, no compiler. docs/xdp.md is the guide.
"""

from foxpy.devices.xdp.config import XdpConfig
from foxpy.devices.xdp.device import XdpDevice
from foxpy.devices.xdp.factory import xdp
from foxpy.devices.xdp.socket import XdpSocket
from foxpy.devices.xdp.stats import XdpInfo, XdpStatistics

__all__ = ["XdpConfig", "XdpDevice", "XdpInfo", "XdpSocket", "XdpStatistics", "xdp"]
