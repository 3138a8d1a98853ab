"""SSH: the binary packet, and the messages of transport, authentication and connection."""

from foxpy.layers.ssh.auth import auth
from foxpy.layers.ssh.binary import BinaryPacket
from foxpy.layers.ssh.connection import connection
from foxpy.layers.ssh.transport import transport
from fuzz.harness import chosen, fuzz, packets

fuzz(
    packets(BinaryPacket),
    chosen(transport),
    chosen(auth),
    chosen(connection),
    classes=[*transport.members, *auth.members, *connection.members],
)
