"""What RFC 9293 section 3.10.7.4 says of every synchronized state alike, as tests: each state's file inherits them.

What differs from state to state (the ACK of a FIN, text, FIN, the calls) is in those files.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import ClassVar

import pytest

from foxpy.errors import OpenFailed
from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.wire import NoOperation, OtherOption
from foxpy.status import Report, Trouble
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import DEFAULT, Script

WINDOW = 65535
"""What the TCP under test offers to a peer that does not scale."""


class Synchronized(ABC):
    """``enter`` brings a script into the state; ``in_flight``: its FIN, number 1, is not acknowledged yet."""

    in_flight: ClassVar[bool] = False

    @abstractmethod
    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        """A script in the state."""

    def ack(self, peer: Script) -> int:
        """An acknowledgement of everything but a FIN in flight."""
        return peer.ack - self.in_flight

    def unharmed(self, peer: Script, state: str) -> None:
        """Nothing more was sent, nothing delivered, and the state is as it was."""
        peer.expect_nothing()
        assert peer.state == state
        assert peer.app.received == b""

    # -- first, the sequence number

    @pytest.mark.parametrize("before", [3, 500, 65535])
    def test_text_of_long_ago_is_acknowledged_and_not_taken(self, before: int) -> None:
        """An unacceptable segment is answered with an ACK, and dropped: ours was lost."""
        with self.enter() as peer:
            state = peer.state
            peer.send(ACK | PSH, b"ab", seq=peer.seq - before, ack=self.ack(peer))
            peer.expect(ACK)
            self.unharmed(peer, state)
            assert peer.counters["duplicate_segments"] >= 1

    @pytest.mark.parametrize("beyond", [1, 1000, 1 << 20, (1 << 31) - 100_000])
    def test_text_beyond_the_window_is_answered_and_not_taken(self, beyond: int) -> None:
        with self.enter() as peer:
            state = peer.state
            peer.send(ACK | PSH, b"ab", seq=peer.seq + WINDOW + beyond, ack=self.ack(peer))
            peer.expect(ACK)
            self.unharmed(peer, state)
            assert peer.counters["out_of_window"] == 1

    def test_a_probe_just_left_of_the_window_is_answered(self) -> None:
        """What a peer's keep-alive looks like (section 3.8.4)."""
        with self.enter() as peer:
            state = peer.state
            peer.send(ACK, seq=peer.seq - 1, ack=self.ack(peer))
            peer.expect(ACK)
            self.unharmed(peer, state)

    def test_answers_to_what_is_unacceptable_are_limited(self) -> None:
        """RFC 5961 section 7: ten in five seconds, and then again."""
        with self.enter() as peer:
            state = peer.state
            for _ in range(50):
                peer.send(ACK, seq=peer.seq - 9, ack=self.ack(peer))
            assert [arrow.flags for arrow in peer.drain()] == [ACK] * 10
            assert peer.counters["challenges_withheld"] == 40
            assert peer.state == state

    # -- second, the RST bit

    @pytest.mark.requirement("MUST-12", "MAY-12")
    def test_a_reset_at_the_next_number_ends_it(self) -> None:
        with self.enter() as peer:
            peer.send(RST, seq=peer.seq)
            peer.expect_nothing()
            assert peer.state == "LISTEN"
            assert [type(event).__name__ for event in peer.app.events][-1] in ("Aborted", "Closed")
            assert peer.counters["resets_received"] == 1

    @pytest.mark.requirement("SHLD-2")
    def test_a_reset_may_have_text(self) -> None:
        """Which says why, and is not delivered."""
        with self.enter() as peer:
            peer.send(RST | ACK, b"no such service", seq=peer.seq, ack=self.ack(peer))
            peer.expect_nothing()
            assert peer.state == "LISTEN"
            assert peer.app.received == b""

    @pytest.mark.requirement("MAY-12")
    @pytest.mark.parametrize("ahead", [1, 1000, WINDOW - 2])
    def test_a_reset_in_the_window_is_challenged(self, ahead: int) -> None:
        """RFC 5961 section 3.2, case 3."""
        with self.enter() as peer:
            state = peer.state
            peer.forge(RST, seq=peer.seq + ahead)
            peer.expect(ACK)
            self.unharmed(peer, state)
            assert peer.counters["challenge_acks"] == 1

    @pytest.mark.requirement("MAY-12")
    @pytest.mark.parametrize("ahead", [-1, -1000, WINDOW, 1 << 20, -(1 << 31)])
    def test_a_reset_outside_of_the_window_is_dropped(self, ahead: int) -> None:
        """RFC 5961 section 3.2, case 1."""
        with self.enter() as peer:
            state = peer.state
            peer.forge(RST, seq=peer.seq + ahead)
            self.unharmed(peer, state)
            assert peer.counters["out_of_window"] == 1

    # -- fourth, the SYN bit

    @pytest.mark.requirement("MAY-12")
    @pytest.mark.parametrize("flags", [SYN | ACK, SYN | ACK | FIN, SYN | ACK | URG])
    @pytest.mark.parametrize("ahead", [-1000, 0, 1000, 1 << 30])
    def test_a_syn_with_ack_is_challenged_whatever_its_number(self, flags: int, ahead: int) -> None:
        """RFC 5961 section 4.2."""
        with self.enter() as peer:
            state = peer.state
            peer.forge(flags, seq=peer.seq + ahead, ack=self.ack(peer))
            peer.expect(ACK)
            self.unharmed(peer, state)

    @pytest.mark.requirement("MAY-12")
    @pytest.mark.parametrize("ahead", [-1, -1000, -(1 << 30)])
    def test_an_old_syn_is_challenged(self, ahead: int) -> None:
        with self.enter() as peer:
            state = peer.state
            peer.forge(SYN, seq=peer.seq + ahead)
            peer.expect(ACK)
            self.unharmed(peer, state)

    # -- fifth, the ACK field

    @pytest.mark.parametrize("flags", [0, FIN, PSH, URG, FIN | URG | PSH])
    def test_a_segment_without_ack_is_dropped(self, flags: int) -> None:
        with self.enter() as peer:
            state = peer.state
            peer.forge(flags, b"text")
            self.unharmed(peer, state)
            assert peer.counters["without_ack"] == 1

    @pytest.mark.requirement("MAY-12")
    @pytest.mark.parametrize("ahead", [1, 5000, 1 << 30])
    def test_an_ack_of_what_was_never_sent_is_answered_and_its_text_dropped(self, ahead: int) -> None:
        with self.enter() as peer:
            state = peer.state
            peer.forge(ACK | PSH, b"injected", ack=peer.ack + ahead)
            peer.expect(ACK)
            self.unharmed(peer, state)
            assert peer.counters["bad_acknowledgements"] == 1

    @pytest.mark.requirement("MAY-12")
    @pytest.mark.parametrize("behind", [60_010, 1 << 20, 1 << 30])
    def test_an_ack_older_than_the_largest_window_is_answered_and_its_text_dropped(self, behind: int) -> None:
        """RFC 5961 section 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK."""
        with self.enter() as peer:
            state = peer.state
            peer.forge(ACK | PSH, b"injected", ack=peer.ack - behind)
            peer.expect(ACK)
            self.unharmed(peer, state)
            assert peer.counters["bad_acknowledgements"] == 1

    @pytest.mark.parametrize("behind", [1, 5, 50_000])
    def test_an_old_ack_changes_nothing(self, behind: int) -> None:
        with self.enter() as peer:
            state = peer.state
            peer.send(ACK, ack=self.ack(peer) - behind)
            self.unharmed(peer, state)

    def test_a_plain_ack_changes_nothing(self) -> None:
        with self.enter() as peer:
            state = peer.state
            for _ in range(5):
                peer.send(ACK, ack=self.ack(peer))
            if not self.in_flight:
                self.unharmed(peer, state)
            else:
                peer.drain()  # three duplicates have the FIN sent again
                assert peer.state == state

    # -- options, in any segment

    @pytest.mark.requirement("MUST-5", "MUST-6", "MUST-68")
    def test_an_option_that_nobody_knows_does_not_matter(self) -> None:
        with self.enter() as peer:
            peer.send(RST, seq=peer.seq, options=[NoOperation(), OtherOption(kind=222, data=b"?")])
            assert peer.state == "LISTEN"

    @pytest.mark.requirement("MUST-7")
    @pytest.mark.parametrize(
        "area", [b"\x1e\x00\x00\x00", b"\x1e\x01\x00\x00", b"\x01\x01\x01\x08", b"\x1e\xff\x00\x00"]
    )
    def test_an_option_of_illegal_length_is_survived(self, area: bytes) -> None:
        with self.enter() as peer:
            state = peer.state
            peer.send_bytes(peer.segment(ACK, ack=self.ack(peer), option_bytes=area))
            peer.drain()
            assert peer.state == state
            peer.send(RST, seq=peer.seq)
            assert peer.state == "LISTEN"

    # -- calls and reports

    def test_a_second_open_is_refused(self) -> None:
        """OPEN: "connection already exists"."""
        with self.enter() as peer:
            with pytest.raises(OpenFailed, match="exists already"):
                peer.app.open()
            peer.expect_nothing()

    def test_status_says_the_state(self) -> None:
        with self.enter() as peer:
            (info,) = peer.app.tcp.query().details()
            assert info.state == peer.state

    @pytest.mark.requirement("MUST-54", "MUST-56", "SHLD-25")
    @pytest.mark.parametrize(
        "trouble",
        [
            Trouble.NETWORK_UNREACHABLE,
            Trouble.HOST_UNREACHABLE,
            Trouble.SOURCE_ROUTE_FAILED,
            Trouble.PORT_UNREACHABLE,
            Trouble.PROTOCOL_UNREACHABLE,
            Trouble.TIME_EXCEEDED,
            Trouble.PARAMETER_PROBLEM,
        ],
    )
    def test_a_report_aborts_no_synchronized_connection(self, trouble: Trouble) -> None:
        """A hard error counts as a soft one here, as RFC 5927 section 5.2 wants: it may be forged."""
        with self.enter() as peer:
            state = peer.state
            told = len(peer.app.events)
            peer.report(trouble, seq=peer.ack - 1)
            self.unharmed(peer, state)
            if self.in_flight:
                assert isinstance(peer.app.events[told], Report)
            else:
                assert len(peer.app.events) == told
                assert peer.counters["foreign_reports"] == 1

    @pytest.mark.parametrize("seq", [0, -9, 1 << 20, -(1 << 20), (1 << 31) - 1])
    def test_a_report_of_what_is_not_in_flight_is_nobodys(self, seq: int) -> None:
        """RFC 5927 section 4.1."""
        with self.enter() as peer:
            state = peer.state
            told = len(peer.app.events)
            peer.report(Trouble.TOO_BIG, seq=peer.ack + seq, limit=100)
            self.unharmed(peer, state)
            assert len(peer.app.events) == told
            assert peer.counters["foreign_reports"] == 1
