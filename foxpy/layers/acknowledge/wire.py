"""The three packets of ``acknowledge``."""

from __future__ import annotations

from foxpy.wire import Body, Classifier, Packet, appender, const, field, reader, rest, total, u8, u16, u32

DATA = 0
ACKNOWLEDGEMENT = 1
RESET = 2


class Header(Packet):
    """What all begin with. ``length`` is there because a layer below may have padded the packet.

    A sender draws its ``epoch``, which is never 0, when it starts, so that one that was restarted is not taken for its
    former self; each time it begins anew it takes the next (``foxpy.layers.epochs``).
    """

    length: u16 = total()
    kind: u8
    epoch: u32


class Data(Header):
    """The ``number``-th packet that ``epoch`` sends, from 0 on and modulo 2**32; all below ``base`` are acknowledged.

    ``turn`` counts transmissions, repeated ones too, so that an acknowledgement can say which one it answers.
    ``known`` is the epoch that the other end was last heard to have, 0 for none: an end that finds another epoch at its
    peer learns from it whether the peer still knows what was sent the other way.
    """

    kind: u8 = const(DATA)
    number: u32
    base: u32
    turn: u32
    known: u32 = field(default=0)
    body: Body = rest(default=b"")


class Acknowledgement(Header):
    """All numbers of ``epoch`` below ``expected`` have arrived, and those above it whose bits are set in ``selected``.

    Bit 0 of its first byte stands for ``expected + 1``. ``heard`` is the turn of the packet that this answers.
    """

    kind: u8 = const(ACKNOWLEDGEMENT)
    expected: u32
    heard: u32
    selected: Body = rest(default=b"")


class Reset(Header):
    """The end that this comes from knows nothing of ``epoch`` any more, or was ``epoch`` itself and gave up."""

    kind: u8 = const(RESET)


class Unknown(Header):
    """A packet of no kind that there is."""


any_header = Classifier[Data | Acknowledgement | Reset | Unknown]()

read_header = reader(Header.length, Header.kind, Header.epoch)
append_data = appender(Data)
read_data = reader(Data.number, Data.base, Data.turn, Data.known)
append_acknowledgement = appender(Acknowledgement)
read_acknowledgement = reader(Acknowledgement.expected, Acknowledgement.heard)
append_reset = appender(Reset)
