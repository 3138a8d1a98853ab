"""9P2000."""

from foxpy.layers.ninep.wire import message
from fuzz.harness import chosen, fuzz

fuzz(chosen(message), classes=list(message.members))
