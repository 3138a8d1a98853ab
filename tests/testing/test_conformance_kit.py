"""The conformance kit finds every broken sentence of the contract: each mutant of a right protocol, by its check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Final, Self

import attrs
import pytest
import trio

from foxpy.errors import InvalidConnection, OpenFailed, PacketSize
from foxpy.interpose import Interposer
from foxpy.message import Writer
from foxpy.protocol import Connection, Handler, Listening, Receiver, Sender
from foxpy.status import Closed, Status
from foxpy.testing import CHECKS, Check, ContractBroken, check_protocol, virtual
from foxpy.testing.postbox import HEADER, Box, Line, Postbox, PostInfo, PostSender, Topic, postbox_pair
from foxpy.waiting import Waiter, first

MUTANTS: Final[list[tuple[str, type[Postbox]]]] = []


def breaks(check: str) -> Callable[[type[Postbox]], type[Postbox]]:
    """Marks a mutant with the name of the check that has to find it."""

    def register(mutant: type[Postbox]) -> type[Postbox]:
        MUTANTS.append((check, mutant))
        return mutant

    return register


def test_a_right_protocol_passes() -> None:
    virtual(check_protocol, postbox_pair)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_check_states_its_sentence(check: Check) -> None:
    assert check.__doc__ is not None
    assert check.__doc__.strip().endswith(".")


def test_every_check_has_a_mutant() -> None:
    for_streams = {"the_peer_hears_the_end", "a_cancelled_active_open_ends"}  # test_conformance_kit_streams.py has them
    assert {check.__name__ for check in CHECKS} - {name for name, _ in MUTANTS} == for_streams


def check_named(name: str) -> Check:
    return next(check for check in CHECKS if check.__name__ == name)


def found(mutant: type[Postbox], checks: Sequence[Check]) -> ContractBroken | None:
    try:
        virtual(check_protocol, lambda: postbox_pair(mutant), checks)
    except ContractBroken as broken:
        return broken
    return None


def test_every_mutant_is_found_by_its_check() -> None:
    # Nothing is parametrized here because the mutants are defined further down.
    missed = []
    for name, mutant in MUTANTS:
        broken = found(mutant, [check_named(name)])
        if broken is None or broken.check != name:
            missed.append(f"{mutant.__name__} by {name}: {broken}")
    assert missed == []


def test_the_message_names_the_check_its_sentence_and_what_was_seen() -> None:
    broken = found(AbortsOnce, [check_named("ending_twice_is_harmless")])
    assert broken is not None
    assert str(broken).startswith("ending_twice_is_harmless: abort and close are harmless after an abort")
    assert "observed: abort after abort raised InvalidConnection" in str(broken)


# -- lifecycle


@breaks("initializations_are_counted")
class CountsNothing(Postbox):
    def initialize(self) -> int:
        super().initialize()
        return 1


@breaks("uninitialized_is_refused")
class OpensAnyTime(Postbox):
    def require_initialized(self) -> None:
        if self.wire is not None or self._initialized:
            super().require_initialized()


@breaks("works_until_the_last_finalize")
class ReleasesAtOnce(Postbox):
    def finalize(self) -> int:
        left = super().finalize()
        if left:
            for line in list(self.lines.values()):
                self.end(line, Closed())
        return left


@breaks("finalized_is_refused")
class SendsForEver(Postbox):
    def stage(self, connection: Line) -> Sender:
        return Swallowing(self, connection, self.device.send(self.wire)) if self.wire else super().stage(connection)


class Swallowing(PostSender):
    """Takes what is sent after the end, and drops it."""

    def begin(self, size: int) -> Writer:
        return super().begin(size) if self.line.open else Writer()


@breaks("initializes_again")
class KeepsListeners(Postbox):
    def release(self) -> None:
        listeners = copy(self.listeners)
        self.listeners = type(self.listeners)()
        super().release()
        self.listeners = listeners


@breaks("finalize_ends_connections")
@breaks("events_pass_interposers")
class EndsSilently(Postbox):
    def end(self, line: Line, event: Status) -> None:
        self.abort(line)


@breaks("finalize_leaves_nothing")
class LeavesATimer(Postbox):
    def release(self) -> None:
        super().release()
        self.runtime.timer(lambda: None).start(10.0)


@breaks("waits_end_with_the_protocol")
class ForgetsWhoWaits(Postbox):
    def when_released(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


# -- opens


@breaks("active_open_calls_its_handler_once")
class HandlesTwice(Postbox):
    async def active_open(self, address: Box, handler: Handler[Line]) -> Line:
        line = self.open(address, handler)
        handler(line)
        return line


@breaks("active_open_calls_its_handler_once")
class ReturnsAnother(Postbox):
    async def active_open(self, address: Box, handler: Handler[Line]) -> Line:
        return copy(self.open(address, handler))


@breaks("accept_is_called_once_before_the_first_packet")
class AcceptsEveryPacket(Postbox):
    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        super().hand_over(line, frame, start, end)
        accept = self.listeners.match([Topic(line.peer.topic)])
        if accept is not None:
            accept(line)


@breaks("accept_is_called_once_before_the_first_packet")
class SwallowsTheFirst(Postbox):
    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        if self.received > 1:
            super().hand_over(line, frame, start, end)


class PassiveByHand(Postbox):
    stops = True
    forgets = True

    async def passive_open(self, pattern: Topic, handler: Handler[Line]) -> tuple[Line, Box]:
        waiter: Waiter[Line] = Waiter()

        def accept(line: Line) -> Receiver:
            waiter.succeed(line)
            return handler(line)

        listening = self.listen(pattern, accept)
        try:
            line = await waiter.wait()
        except BaseException:
            if self.forgets:
                listening.stop()
            raise
        if self.stops:
            listening.stop()
        return line, line.peer


@breaks("passive_open_gives_the_first_peer")
class PassiveListensOn(PassiveByHand):
    stops = False


@breaks("cancelled_passive_open_listens_no_more")
class CancelledListensOn(PassiveByHand):
    forgets = False


@breaks("passive_open_gives_the_first_peer")
class PassiveGivesAPattern(Postbox):
    async def passive_open(self, pattern: Topic, handler: Handler[Line]) -> tuple[Line, Box]:
        line = await first(self, pattern, handler)
        return line, Topic(line.peer.topic)  # type: ignore[return-value]  # the mutation


@breaks("second_listener_is_refused")
class LastListenerWins(Postbox):
    def listen(self, pattern: Topic, accept: Handler[Line]) -> Listening:
        try:
            return super().listen(pattern, accept)
        except OpenFailed:
            self.listeners.clear()
            return super().listen(pattern, accept)


class ListenedTo(Listening):
    def __init__(self, box: Postbox, listening: Listening) -> None:
        self.box = box
        self.listening: Listening | None = listening

    def stop(self) -> None:
        if self.listening is not None:
            self.listening.stop()


class StopsByHand(Postbox):
    listening: type[ListenedTo]

    def listen(self, pattern: Topic, accept: Handler[Line]) -> Listening:
        return self.listening(self, super().listen(pattern, accept))


@breaks("stopped_listening_accepts_nobody")
class StopDoesNothing(StopsByHand):
    class listening(ListenedTo):  # noqa: N801  # an attribute of the mutant
        def stop(self) -> None:
            pass


@breaks("stopped_listening_accepts_nobody")
class StopsOnce(StopsByHand):
    class listening(ListenedTo):  # noqa: N801
        def stop(self) -> None:
            if self.listening is None:
                raise InvalidConnection("stopped twice")
            super().stop()
            self.listening = None


@breaks("stopped_listening_accepts_nobody")
class StopsWhoeverListens(StopsByHand):
    class listening(ListenedTo):  # noqa: N801
        def stop(self) -> None:
            self.box.listeners.clear()


@breaks("stop_leaves_connections_alone")
@breaks("accept_may_stop_the_listening")
class StopEndsConnections(StopsByHand):
    class listening(ListenedTo):  # noqa: N801
        def stop(self) -> None:
            super().stop()
            for line in list(self.box.lines.values()):
                self.box.end(line, Closed())


@breaks("bad_addresses_are_refused")
class OpensAnywhere(Postbox):
    def open(self, address: Box, handler: Handler[Line]) -> Line:
        self.require_initialized()
        return self.begin_line(Box(address.number, address.topic & 255), handler)


@breaks("bad_addresses_are_refused")
class ListensToAnything(Postbox):
    def listen(self, pattern: Topic, accept: Handler[Line]) -> Listening:
        self.require_initialized()
        return self.listeners.listen(pattern, accept)


# -- data: senders of another kind


class Sending(Postbox):
    sender: type[PostSender]

    def stage(self, connection: Line) -> Sender:
        below = super().stage(connection)
        assert isinstance(below, PostSender)
        return self.sender(self, connection, below.lower)


@breaks("every_size_arrives_whole")
class DamagesLargePackets(Sending):
    class sender(PostSender):  # noqa: N801
        def commit(self, writer: Writer, payload: bytes) -> None:
            super().commit(writer, payload if len(payload) < 500 else payload[:-1] + b"\0")


@breaks("every_size_arrives_whole")
class SendsNothingEmpty(Sending):
    class sender(PostSender):  # noqa: N801
        def commit(self, writer: Writer, payload: bytes) -> None:
            if payload:
                super().commit(writer, payload)


@breaks("every_size_arrives_whole")
class PromisesTooMuch(Sending):
    class sender(PostSender):  # noqa: N801
        def limit(self) -> int:
            return super().limit() + 1


@breaks("every_size_arrives_whole")
class DoublesPackets(Sending):
    class sender(PostSender):  # noqa: N801
        def commit(self, writer: Writer, payload: bytes) -> None:
            super().commit(writer, payload)
            super().commit(writer, payload)


@breaks("begin_and_commit_equal_send")
class LosesTheCallersHeader(Sending):
    class sender(PostSender):  # noqa: N801
        def commit(self, writer: Writer, payload: bytes) -> None:
            super().commit(writer[:HEADER], payload)


@breaks("a_staged_sender_serves_every_packet")
class SendsTwentyTimes(Sending):
    class sender(PostSender):  # noqa: N801
        left = 20

        def commit(self, writer: Writer, payload: bytes) -> None:
            self.left -= 1
            if self.left < 0:
                raise InvalidConnection("this sender is used up")
            super().commit(writer, payload)


@breaks("a_staged_sender_serves_every_packet")
class SwapsPackets(Sending):
    class sender(PostSender):  # noqa: N801
        held: bytes | None = None

        def commit(self, writer: Writer, payload: bytes) -> None:
            if len(payload) == 42 and self.held is None:
                self.held = payload
                return
            super().commit(writer[:HEADER], payload)
            if self.held is not None:
                super().commit(writer[:HEADER], self.held)
                self.held = None


@breaks("staging_twice_gives_two_senders")
class StagesOnce(Postbox):
    def stage(self, connection: Line) -> Sender:
        if getattr(connection, "was_staged", False):
            raise InvalidConnection("staged already")
        vars(connection)["was_staged"] = True
        return super().stage(connection)


@breaks("too_large_is_refused")
class TakesAnySize(Sending):
    class sender(PostSender):  # noqa: N801
        def begin(self, size: int) -> Writer:
            return super().begin(min(size, self.limit()))


@breaks("too_large_is_refused")
class MisstatesTheLimit(Sending):
    class sender(PostSender):  # noqa: N801
        def begin(self, size: int) -> Writer:
            if size > self.limit():
                raise PacketSize("too large", size, self.limit() + HEADER)
            return super().begin(size)


@breaks("an_uncommitted_packet_is_dropped")
class SendsWhatIsBegun(Sending):
    class sender(PostSender):  # noqa: N801
        def begin(self, size: int) -> Writer:
            writer = super().begin(size)
            self.lower.commit(Writer(writer), b"")
            return writer


@breaks("query_is_a_value_that_counts")
class AnswersTheSame(Postbox):
    def query(self) -> PostInfo:
        return PostInfo(0, 0, 0)


@attrs.define
class Live:
    sent: int = 0
    received: int = 0
    dropped: int = 0


@breaks("query_is_a_value_that_counts")
class AnswersLive(Postbox):
    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the kit gives is right
        self.live = Live()

    def query(self) -> PostInfo:
        self.live.sent = self.sent
        return self.live  # type: ignore[return-value]  # the mutation


# -- close and abort


@breaks("abort_invalidates_the_connection")
@breaks("close_invalidates_the_connection")
class SendsAfterTheEnd(Sending):
    class sender(PostSender):  # noqa: N801
        def begin(self, size: int) -> Writer:
            self.line.open, was = True, self.line.open
            try:
                return super().begin(size)
            finally:
                self.line.open = was


@breaks("abort_invalidates_the_connection")
@breaks("an_open_may_abort")
class StagesAfterTheEnd(Postbox):
    def stage(self, connection: Line) -> Sender:
        connection.open, was = True, connection.open
        try:
            return super().stage(connection)
        finally:
            connection.open = was


@breaks("ending_twice_is_harmless")
class AbortsOnce(Postbox):
    def abort(self, connection: Line) -> None:
        if not connection.open:
            raise InvalidConnection("it has ended")
        super().abort(connection)


@breaks("an_open_whose_handler_raises_leaves_nothing")
class KeepsWhatFailed(Postbox):
    def attach(self, connection: Line, handler: Handler[Line]) -> Receiver:
        def kept(line: Line) -> Receiver:
            try:
                return handler(line)
            except RuntimeError:
                return _Nobody()

        return super().attach(connection, kept)


@breaks("nothing_is_heard_after_abort")
@breaks("a_receiver_may_abort")
@breaks("accept_may_abort")
class DeliversAfterAbort(Postbox):
    def begin_line(self, peer: Box, handler: Handler[Line]) -> Line:
        line = super().begin_line(peer, handler)
        vars(line)["kept"] = line.receiver or self.attach(line, handler)
        return line

    def abort(self, connection: Line) -> None:
        connection.open = False

    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        receiver: Receiver = vars(line)["kept"]
        receiver.deliver(frame, start, end)


@breaks("nothing_is_heard_after_abort")
class TellsWhoAborts(Postbox):
    def abort(self, connection: Line) -> None:
        receiver = connection.receiver
        super().abort(connection)
        if receiver is not None:
            self.runtime.timer(lambda: receiver.status(Closed())).start(0.1)


@breaks("close_waits_for_what_was_sent")
class ClosesOverTheQueue(Sending):
    class sender(PostSender):  # noqa: N801
        def commit(self, writer: Writer, payload: bytes) -> None:
            def late() -> None:
                if self.line.open:
                    self.lower.commit(writer, payload)

            self.box.runtime.timer(late).start(0.01)


@breaks("a_cancelled_close_goes_on")
class ClosesLater(Postbox):
    async def close(self, connection: Line) -> None:
        await trio.lowlevel.checkpoint()
        self.abort(connection)


@breaks("the_address_is_free_again")
@breaks("a_receiver_may_open")
class KeepsTheAddress(Postbox):
    def abort(self, connection: Line) -> None:
        connection.open = False
        connection.receiver = None


# -- re-entrancy


@breaks("a_receiver_may_send")
class BusyWhileDelivering(Sending):
    busy = False

    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        self.busy = True
        super().hand_over(line, frame, start, end)
        self.busy = False

    class sender(PostSender):  # noqa: N801
        def begin(self, size: int) -> Writer:
            if isinstance(self.box, BusyWhileDelivering) and self.box.busy:
                raise InvalidConnection("busy")
            return super().begin(size)


@breaks("accept_may_open")
class OpensOneAtATime(Postbox):
    opening = False

    def begin_line(self, peer: Box, handler: Handler[Line]) -> Line:
        if self.opening:
            raise InvalidConnection("opening already")
        self.opening = True
        try:
            return super().begin_line(peer, handler)
        finally:
            self.opening = False

    def open(self, address: Box, handler: Handler[Line]) -> Line:
        return self.begin_line(address, handler)


@breaks("a_handler_may_send")
class StagesAfterTheHandler(Postbox):
    def begin_line(self, peer: Box, handler: Handler[Line]) -> Line:
        wire, self.wire = self.wire, None
        try:
            return super().begin_line(peer, handler)
        finally:
            self.wire = wire


@breaks("accept_may_abort")
@breaks("an_open_may_abort")
class EntersAfterTheHandler(Postbox):
    def begin_line(self, peer: Box, handler: Handler[Line]) -> Line:
        receivers: list[Receiver] = []

        def keeping(line: Line) -> Receiver:
            receivers.append(handler(line))
            return receivers[0]

        line = super().begin_line(peer, keeping)
        line.open = True
        self.lines[peer] = line
        line.receiver = receivers[0]
        return line


# -- interposing


@breaks("interpose_gives_the_same_protocol")
class InterposesOnACopy(Postbox):
    def interpose(self, interposer: Interposer) -> Self:
        return copy(super().interpose(interposer))


@breaks("an_interposer_sees_every_packet")
@breaks("an_interposer_can_keep_packets_back")
class GoesAround(Postbox):
    def attach(self, connection: Line, handler: Handler[Line]) -> Receiver:
        super().attach(connection, lambda _: _Nobody())
        return handler(connection)


class _Nobody(Receiver):
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        """Hears nothing."""


@breaks("an_interposer_sees_every_packet")
class SendsAround(Postbox):
    def send(self, connection: Line) -> Sender:
        return self.stage(connection)


@breaks("one_session_for_each_connection")
class AsksTwice(Postbox):
    def attach(self, connection: Line, handler: Handler[Line]) -> Receiver:
        for interposer in self.interposers:
            interposer.session(connection, self.runtime)
        return super().attach(connection, handler)


@breaks("later_lies_further_from_the_wire")
class LastFirst(Postbox):
    def interpose(self, interposer: Interposer) -> Self:
        self.interposers = (interposer, *self.interposers)
        return self


@breaks("an_interposer_hears_the_end")
class TellsNoSession(Postbox):
    def detach(self, connection: Connection) -> None:
        """Forgets to."""


@breaks("an_interposer_hears_the_end")
class TellsSessionsTwice(Postbox):
    def detach(self, connection: Connection) -> None:
        for session in connection.sessions:
            session.end()
        super().detach(connection)


@breaks("an_interposer_hears_the_end")
class TellsSessionsAtOnce(Postbox):
    def attach(self, connection: Line, handler: Handler[Line]) -> Receiver:
        receiver = super().attach(connection, handler)
        self.detach(connection)
        return receiver


@breaks("an_interposer_hears_the_end")
class TellsNoSessionOfFinalize(Postbox):
    def end(self, line: Line, event: Status) -> None:
        line.sessions = ()
        super().end(line, event)


@breaks("an_interposer_hears_the_end")
class DeliversLate(Postbox):
    def abort(self, connection: Line) -> None:
        receiver = connection.receiver
        super().abort(connection)
        if receiver is not None:
            self.runtime.timer(lambda: receiver.deliver(b"late", 0, 4)).start(0.001)


@breaks("interposing_reaches_new_connections_only")
class InterposesOnOld(Postbox):
    def interpose(self, interposer: Interposer) -> Self:
        for line in self.lines.values():
            interposer.session(line, self.runtime)
        return super().interpose(interposer)


# -- hostile bytes


@breaks("hostile_frames_never_raise")
class TrustsTheFrame(Postbox):
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if frame[start + 2] >= 0:
            super().deliver(frame, start, end)


@breaks("listening_survives_hostile_frames")
class GivesUp(Postbox):
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        super().deliver(frame, start, end)
        if self.dropped > 100:
            self.listeners.clear()


@breaks("every_size_arrives_whole")
class DeliversMutableFrames(Postbox):
    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        super().hand_over(line, bytearray(frame), start, end)  # type: ignore[arg-type]  # the mutation


@breaks("every_size_arrives_whole")
class DeliversBeyondTheFrame(Postbox):
    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        super().hand_over(line, frame, start, end + 1)
