"""The numbers of DHCP that have names (IANA's registry). Others may stand wherever these do.

So it is with the type of a message: one of a later RFC is no reason not to read it, but to be handed on or left alone.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.wire import Field, UInt


class Operation(IntEnum):
    """Which way a message goes (RFC 2131, section 2)."""

    REQUEST = 1  # to a server
    REPLY = 2  # to a client


class Kind(IntEnum):
    """The type of a message (RFC 2132, section 9.6)."""

    DISCOVER = 1  # are there servers?
    OFFER = 2
    REQUEST = 3  # what was offered, or is held, is asked for
    DECLINE = 4  # the address is used by another
    ACK = 5
    NAK = 6
    RELEASE = 7
    INFORM = 8  # the client has an address, and asks for the rest
    FORCERENEW = 9  # RFC 3203
    LEASEQUERY = 10  # RFC 4388
    LEASEUNASSIGNED = 11  # RFC 4388
    LEASEUNKNOWN = 12  # RFC 4388
    LEASEACTIVE = 13  # RFC 4388


class OverloadedFields(IntEnum):
    """Which fields of a message hold options as well (RFC 2132, section 9.3)."""

    FILE = 1
    SNAME = 2
    BOTH = 3


class OptionCode(IntEnum):
    """What an option says (RFC 2132, where no other is named)."""

    PAD = 0
    SUBNET_MASK = 1
    TIME_OFFSET = 2
    ROUTERS = 3
    TIME_SERVERS = 4
    NAME_SERVERS = 5
    DOMAIN_NAME_SERVERS = 6
    LOG_SERVERS = 7
    HOST_NAME = 12
    BOOT_FILE_SIZE = 13
    DOMAIN_NAME = 15
    ROOT_PATH = 17
    INTERFACE_MTU = 26
    BROADCAST_ADDRESS = 28
    STATIC_ROUTES = 33
    NTP_SERVERS = 42
    VENDOR_SPECIFIC = 43
    NETBIOS_NAME_SERVERS = 44
    REQUESTED_ADDRESS = 50
    LEASE_TIME = 51
    OVERLOAD = 52
    MESSAGE_TYPE = 53
    SERVER_IDENTIFIER = 54
    PARAMETER_LIST = 55
    MESSAGE = 56
    MAXIMUM_SIZE = 57
    RENEWAL_TIME = 58
    REBINDING_TIME = 59
    VENDOR_CLASS = 60
    CLIENT_IDENTIFIER = 61
    TFTP_SERVER_NAME = 66
    BOOT_FILE_NAME = 67
    USER_CLASS = 77  # RFC 3004
    RAPID_COMMIT = 80  # RFC 4039
    CLIENT_FQDN = 81  # RFC 4702
    RELAY_AGENT = 82  # RFC 3046
    IPV6_ONLY_PREFERRED = 108  # RFC 8925
    CAPTIVE_PORTAL = 114  # RFC 8910
    DOMAIN_SEARCH = 119  # RFC 3397
    CLASSLESS_ROUTES = 121  # RFC 3442
    END = 255


class RelayCode(IntEnum):
    """What a relay agent adds (RFC 3046, section 2.0, where no other is named)."""

    CIRCUIT_ID = 1
    REMOTE_ID = 2
    LINK_SELECTION = 5  # RFC 3527
    SUBSCRIBER_ID = 6  # RFC 3993
    SERVER_OVERRIDE = 11  # RFC 5107


OperationField = Annotated[Field[int], UInt(8, kind=Operation, open=True)]
KindField = Annotated[Field[int], UInt(8, kind=Kind, open=True)]
OverloadField = Annotated[Field[int], UInt(8, kind=OverloadedFields, open=True)]
OptionField = Annotated[Field[int], UInt(8, kind=OptionCode, open=True)]
RelayField = Annotated[Field[int], UInt(8, kind=RelayCode, open=True)]
