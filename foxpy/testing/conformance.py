"""The conformance kit: any pair of protocols, through the whole contract of ``foxpy.protocol``.

Fox Net tested every protocol with one generic test; this is foxpy's. Whoever writes a layer writes a function that
makes two of them on a network of their own, and ``check_protocol`` does the rest::

    def make_pair() -> ProtocolPair[MyAddress, MyPattern, MyConnection]:
        segment = link()
        ...
        return ProtocolPair(left, right, left_address, right_address, pattern)

    def test_my_layer() -> None:
        virtual(check_protocol, make_pair)

Each check is a function of ``foxpy.testing.checks`` whose docstring is the sentence of the contract that it holds a
protocol to, and gets a pair of its own. It runs on virtual time, and on real devices as well, only slower.
"""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Sequence
from typing import Final

from foxpy.protocol import Address, Conn, Pattern
from foxpy.testing.checks import data, ending, hostile, interposing, lifecycle, opening, reentrancy
from foxpy.testing.contract import ContractBroken, Observation
from foxpy.testing.pair import MakePair
from foxpy.testing.rig import Rig


class Check(typing.Protocol):
    """One sentence of the contract, put to a pair."""

    __name__: str

    def __call__(self, rig: Rig[Address, Pattern, Conn], /) -> Awaitable[None]: ...


CHECKS: Final[tuple[Check, ...]] = (
    lifecycle.uninitialized_is_refused,
    lifecycle.initializations_are_counted,
    lifecycle.works_until_the_last_finalize,
    lifecycle.finalized_is_refused,
    lifecycle.initializes_again,
    lifecycle.finalize_ends_connections,
    lifecycle.finalize_leaves_nothing,
    lifecycle.waits_end_with_the_protocol,
    opening.active_open_calls_its_handler_once,
    opening.accept_is_called_once_before_the_first_packet,
    opening.passive_open_gives_the_first_peer,
    opening.cancelled_passive_open_listens_no_more,
    opening.a_cancelled_active_open_ends,
    opening.second_listener_is_refused,
    opening.stopped_listening_accepts_nobody,
    opening.stop_leaves_connections_alone,
    opening.bad_addresses_are_refused,
    data.every_size_arrives_whole,
    data.begin_and_commit_equal_send,
    data.a_staged_sender_serves_every_packet,
    data.staging_twice_gives_two_senders,
    data.too_large_is_refused,
    data.an_uncommitted_packet_is_dropped,
    data.query_is_a_value_that_counts,
    ending.abort_invalidates_the_connection,
    ending.close_invalidates_the_connection,
    ending.ending_twice_is_harmless,
    ending.nothing_is_heard_after_abort,
    ending.close_waits_for_what_was_sent,
    ending.a_cancelled_close_goes_on,
    ending.the_peer_hears_the_end,
    ending.the_address_is_free_again,
    reentrancy.a_receiver_may_send,
    reentrancy.a_handler_may_send,
    reentrancy.a_receiver_may_abort,
    reentrancy.accept_may_abort,
    reentrancy.an_open_may_abort,
    reentrancy.an_open_whose_handler_raises_leaves_nothing,
    reentrancy.accept_may_stop_the_listening,
    reentrancy.accept_may_open,
    reentrancy.a_receiver_may_open,
    interposing.interpose_gives_the_same_protocol,
    interposing.an_interposer_sees_every_packet,
    interposing.an_interposer_can_keep_packets_back,
    interposing.one_session_for_each_connection,
    interposing.later_lies_further_from_the_wire,
    interposing.events_pass_interposers,
    interposing.an_interposer_hears_the_end,
    interposing.interposing_reaches_new_connections_only,
    hostile.hostile_frames_never_raise,
    hostile.listening_survives_hostile_frames,
)
"""Every check, in the order in which they run."""


async def check_protocol(make_pair: MakePair[Address, Pattern, Conn], checks: Sequence[Check] = CHECKS) -> None:
    """Put the pairs that ``make_pair`` makes, one for each check, through ``checks``.

    Raises ContractBroken for the first sentence of the contract that does not hold. An error that a layer raises while
    a check runs, in an upcall or a timer, is a broken contract too.
    """
    for check in checks:
        rig = Rig(make_pair())
        try:
            await check(rig)
        except Exception as error:
            raise _broken(check, error) from error


def _broken(check: Check, error: Exception) -> ContractBroken:
    clause = (check.__doc__ or "").strip()
    for leaf in _leaves(error):
        if isinstance(leaf, Observation):
            return ContractBroken(check.__name__, clause, str(leaf))
    leaf = next(_leaves(error))
    return ContractBroken(check.__name__, clause, f"{type(leaf).__name__} was raised: {leaf}")


def _leaves(error: BaseException) -> typing.Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error
