"""An account in sentences: first the one that matters most, then the rest, then what the log cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foxpy.decisions.account import Account, SlowStart, Spent
from foxpy.decisions.words import count, rate, seconds, share, size
from foxpy.layers.tcp.events import Rule

LISTED: Final = 5
"""Losses that are told one by one."""
QUEUED: Final = 1.25
"""Round trips of so many times the least one: there is a queue on the path, so that it is full."""


def headline(account: Account) -> str:
    """What the most time was spent on, and what would change that."""
    if account.failed is not None:
        return f"The connection was {account.failed.value} after {seconds(account.total)}."
    if not account.spent or account.total <= 0:
        return "No time passed: there is nothing to explain."
    cause, spent = max(account.spent.items(), key=lambda item: item[1])
    return f"{share(spent, account.total)} of the {seconds(account.total)} {_was_spent(account, cause)}."


def _was_spent(account: Account, cause: Spent) -> str:
    trips = account.round_trips
    match cause:
        case Spent.HANDSHAKE:
            again = f"; the SYN was sent {account.syns} times" if account.syns > 1 else ""
            return f"was spent on the handshake{again}"
        case Spent.TIMEOUT:
            return f"was spent waiting for {count(len(account.timeouts), 'retransmission timeout')}"
        case Spent.REPAIR:
            return f"was spent repairing losses, in {count(len(account.repairs), 'recovery', 'recoveries')}"
        case Spent.TAIL_PROBE:
            probes = count(account.tail_probes, "tail loss probe")
            return f"was spent waiting until {probes} could be sent, as nothing was heard any more"
        case Spent.PACING:
            return "was limited by the rate that congestion control asked for"
        case Spent.PEER:
            most = f"was limited by the peer's window of at most {size(account.largest_rwnd)}"
            if trips is None or not trips.median > 0:
                return most
            passes = rate(account.largest_rwnd / trips.median)
            return f"{most}, which in round trips of {seconds(trips.median)} lets {passes} pass"
        case Spent.CLOSED:
            return "the peer's window was closed: its application did not read"
        case Spent.SEND_BUFFER:
            return f"was limited by our send buffer of {size(account.capacity)}"
        case Spent.SLOW_START:
            return "was spent in slow start, while the congestion window grew"
        case Spent.CONGESTION:
            return f"was limited by the congestion window{_why_congested(account)}"
        case Spent.APPLICATION:
            return "was spent waiting for our application, which had nothing to send"
        case Spent.NAGLE:
            return (
                "Nagle's algorithm held a short segment back until an earlier one was acknowledged; "
                "TcpConfig(nagle=False) sends it at once"
            )
        case Spent.LAST:
            return "was spent waiting for the last acknowledgements: all was sent, and on its way"
        case Spent.PEER_SENDS:
            return "was spent waiting for what the peer sends; a log of its side says why"
        case Spent.GAP:
            return "was spent waiting for segments that were missing, while later ones had come"
        case Spent.OUR_WINDOW:
            return "our own window was closed: our application did not read"


def _why_congested(account: Account) -> str:
    if _path_is_full(account) and account.best_rate is not None:
        return f", and the path was full: it carries about {rate(account.best_rate)}"
    if account.repairs or account.marks:
        signs = [(len(account.repairs), "loss", "losses"), (account.marks, "mark", "marks")]
        return f", which {' and '.join(count(*sign) for sign in signs if sign[0])} kept small"
    return ""


def _path_is_full(account: Account) -> bool:
    trips = account.round_trips
    return trips is not None and trips.median >= QUEUED * trips.least > 0


def sentences(account: Account) -> Iterator[str]:
    """All that there is to say after the headline, one sentence, or two, for each matter."""
    yield from _amount(account)
    yield from _handshake(account)
    if account.slow_start is not None:
        yield _slow_start(account, account.slow_start)
    yield from _losses(account)
    yield from _timeouts(account)
    yield from _path(account)
    yield from _windows(account)
    yield from _receiving(account)


def _amount(account: Account) -> Iterator[str]:
    average = f", {rate(account.rate)}" if account.rate is not None else ""
    if account.sender:
        also = f"; {size(account.received)} came back" if account.received else ""
        yield f"{size(account.sent)} were sent and acknowledged in {seconds(account.total)}{average}{also}."
    else:
        received = f"{size(account.received)} were received in {seconds(account.total)}{average}"
        yield f"{received}; {size(account.sent)} were sent."


def _handshake(account: Account) -> Iterator[str]:
    spent = account.spent.get(Spent.HANDSHAKE, 0.0)
    if account.whole and (spent or account.syns):
        times = "once" if account.syns == 1 else f"{account.syns} times"
        yield f"The handshake took {seconds(spent)}; our SYN was sent {times}."


def _slow_start(account: Account, slow: SlowStart) -> str:
    trips = account.round_trips
    rounds = ""
    if trips is not None and trips.median > 0 and slow.lasted / trips.median >= 1:
        rounds = f", about {count(round(slow.lasted / trips.median), 'round trip')}"
    how = {
        "loss": "a loss ended it",
        "mark": "a mark of the path ended it",
        "threshold": "it reached the threshold",
        "end": "it lasted to the end",
    }
    lasted = f"Slow start lasted {seconds(slow.lasted)}{rounds}"
    return f"{lasted}, up to a window of {size(slow.window)}: {how[slow.ended_by]}."


def _losses(account: Account) -> Iterator[str]:
    repaired = {rule: number for rule, number in account.lost.items() if rule is not Rule.TIMEOUT}
    if account.resent:
        yield f"{count(account.resent, 'segment')} ({size(account.resent_bytes)}) went out again."
    if account.marks:
        yield f"The path marked packets, and the congestion window was reduced {count(account.marks, 'time')} for it."
    if account.tail_probes:
        yield f"{count(account.tail_probes, 'tail loss probe')} went out."
    if repaired:
        rules = ", ".join(f"{number} by {rule.value}" for rule, number in repaired.items())
        yield f"{count(sum(repaired.values()), 'loss', 'losses')} without a timeout: {rules}."
    if account.repairs:
        lasted = sum(repair.ended - repair.began for repair in account.repairs)
        each = "; ".join(
            f"at {seconds(repair.began - account.began)} by {repair.rule.value}, {seconds(repair.ended - repair.began)}"
            f"{', in error' if repair.undone else ''}"
            for repair in account.repairs[:LISTED]
        )
        more = f"; and {len(account.repairs) - LISTED} more" if len(account.repairs) > LISTED else ""
        many = count(len(account.repairs), "recovery", "recoveries")
        yield f"{many} took {seconds(lasted)} until all that had been in flight was acknowledged: {each}{more}."


def _timeouts(account: Account) -> Iterator[str]:
    waits = [wait.waited for wait in account.timeouts]
    if waits:
        times = "once" if len(waits) == 1 else f"{len(waits)} times"
        each = "" if len(waits) == 1 else f", {seconds(min(waits))} to {seconds(max(waits))} each"
        yield f"The retransmission timer went off {times}, after {seconds(sum(waits))} of silence{each}."


def _path(account: Account) -> Iterator[str]:
    trips = account.round_trips
    if trips is not None:
        queue = ""
        if _path_is_full(account):
            queue = "; what is above the least is most likely a queue on the path"
        yield (
            f"Round trips took {seconds(trips.least)} at least, {seconds(trips.median)} in the middle, "
            f"{seconds(trips.most)} at most ({count(trips.count, 'sample')}){queue}."
        )
    if account.best_rate is not None:
        yield f"At its best the path delivered {rate(account.best_rate)} over a round trip."


def _windows(account: Account) -> Iterator[str]:
    if account.sender and account.largest_flight:
        reached = f"the congestion window ({account.algorithm}) reached {size(account.largest_cwnd)}"
        flight = f"At most {size(account.largest_flight)} were in flight"
        yield f"{flight}; {reached}, the peer's window {size(account.largest_rwnd)}."
    if account.window_probes:
        yield f"The peer's closed window was probed {count(account.window_probes, 'time')}."


def _receiving(account: Account) -> Iterator[str]:
    if account.delayed_acks:
        yield (
            f"{count(account.delayed_acks, 'acknowledgement')} of ours waited {seconds(account.ack_delay)} for company "
            f"and went alone, which a sender with a small window waits for."
        )
    if account.dropped:
        reasons = ", ".join(f"{number} {counter}" for counter, number in sorted(account.dropped.items()))
        yield f"{count(sum(account.dropped.values()), 'segment')} that came were dropped: {reasons}."


def unknown(account: Account) -> Iterator[str]:
    """What the log cannot tell."""
    if not account.whole:
        yield "The log begins in the middle of the connection: what was before is not in it."
    if account.sender:
        yield (
            "Whether a lost segment was dropped by a full queue, a bad link or the peer cannot be told from this side, "
            "nor how long the peer delayed its acknowledgements."
        )
    else:
        yield "Why the peer sent no faster cannot be told from this side: its window, its application, or the path."


def explain(account: Account) -> str:
    """The whole explanation, for people to read."""
    lines = [headline(account), ""]
    for spent, lasted in account.spent.items():
        lines.append(f"  {share(lasted, account.total):>5}  {seconds(lasted):>8}  {spent.value}")
    lines += ["", *sentences(account), "", *unknown(account)]
    return "\n".join(lines)
