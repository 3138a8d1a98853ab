"""The laboratory as a whole: it runs, it is the same every time, and it says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from foxpy.addresses import Port
from foxpy.devices.pcap import open_capture
from foxpy.driver import trio_scheduler
from foxpy.errors import ProtocolError, Refused, TimedOut
from foxpy.layers.tcp import TcpConfig
from foxpy.streams import connect_tcp, listen_tcp
from foxpy.testing import virtual
from foxpy.testing.lab import Burst, DropTail, Flow, Frames, Host, Lab, Link, Plan, Uniform
from foxpy.testing.lab.flows.end import End


def pair(lab: Lab, *, loss: float = 0.0, rate: float | None = 10e6) -> tuple[Host, Host, Link]:
    """Two hosts, 20 ms apart."""
    a, b = lab.host("a"), lab.host("b")
    return a, b, lab.link(a, b, rate=rate, delay=0.01, queue=DropTail(packets=40), loss=Uniform(loss))


# -- running


def test_a_transfer_takes_as_long_as_its_link() -> None:
    """1 MB over 10 Mbit/s: 0.83 s with headers, a few round trips of slow start, and two of ARP and the handshake."""
    lab = Lab(seed=1)
    a, b, link = pair(lab)
    flow = lab.bulk(a, b, 1_000_000)
    lab.run()
    assert flow.delivered == 1_000_000
    assert 0.83 < flow.duration < 1.2
    assert flow.goodput == 8e6 / flow.duration
    assert flow.finished == lab.now
    info = link.there.info()
    assert info.sent - info.arrived == info.lost == 0


def bytes_of_a_run(seed: int, folder: Path) -> bytes:
    """Everything that is put on the link in a run with whatever can happen by chance."""
    folder.mkdir()
    lab = Lab(seed)
    a, b = lab.host("a"), lab.host("b")
    link = lab.link(
        a, b, rate=5e6, delay=0.02, jitter=0.002, loss=Burst.of(0.02, 3), reorder=0.02, duplicate=0.01, corrupt=0.01
    )
    link.record(folder / "link.pcap")
    lab.bulk(a, b, 200_000)
    lab.requests(b, a, 10, think=0.05)
    lab.on_off(a, b, rate=2e5, seconds=2.0, on=0.2, off=0.2)
    lab.run()
    lab.close()
    return (folder / "link.pcap").read_bytes()


def test_the_same_seed_makes_the_same_bytes_at_the_same_times(tmp_path: Path) -> None:
    first, again, other = (bytes_of_a_run(seed, tmp_path / name) for seed, name in ((3, "a"), (3, "b"), (4, "c")))
    assert first == again
    assert first != other


def test_what_one_link_draws_changes_nothing_on_another() -> None:
    def lost(links: int) -> tuple[int, int]:
        lab = Lab(seed=2)
        a, b, link = pair(lab, loss=0.05)
        for number in range(links):
            one, other = lab.host(f"one{number}"), lab.host(f"other{number}")
            lab.link(one, other, delay=0.01, loss=Uniform(0.1))
            lab.bulk(one, other, 10_000, at=1.0)
        flow = lab.bulk(a, b, 300_000)
        lab.run()
        return link.there.info().lost, flow.retransmissions

    assert lost(0) == lost(2)


def test_until_a_time() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab)
    flow = lab.bulk(a, b)
    lab.run(until=2.0)
    assert lab.now == 2.0
    assert flow.duration == 2.0
    before = flow.delivered
    lab.run(until=4.0)
    assert flow.delivered > before > 1_000_000
    assert flow.goodput_between(2.0, 4.0) == pytest.approx(1460 / 1514 * 10e6, rel=0.05)
    flow.stop()
    lab.run(until=6.0)
    assert flow.finished is not None
    lab.run(until=6.0)
    assert lab.now == 6.0


def test_nothing_is_left_when_it_has_settled() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab, loss=0.02)
    for number in range(5):
        lab.bulk(a, b, 50_000, at=number / 10)
    lab.requests(b, a, 5, think=1.0)
    lab.run()
    lab.settle()
    for host in lab.hosts:
        info = host.stack.tcp.query()
        assert (info.connections, info.listeners, info.paths) == (0, 0, 0)
    assert lab.scheduler.timers.running() == 0
    lab.close()
    lab.close()


# -- beside trio


def test_beside_applications_that_are_tasks() -> None:
    async def main() -> None:
        lab = Lab(seed=5, scheduler=trio_scheduler())
        a, b, _ = pair(lab)
        flow = lab.bulk(a, b, 100_000)
        async with lab.running():
            listener = listen_tcp(b.stack.tcp, Port(80))
            stream = await connect_tcp(a.stack.tcp, b.address, Port(80))
            accepted = await listener.accept()
            await stream.send_all(b"hello")
            assert await accepted.receive_some() == b"hello"
            await lab.wait()
            assert flow.delivered == 100_000
            await stream.aclose()
            await accepted.aclose()
        lab.close()

    virtual(main)


def test_its_own_time_can_be_run_inside_a_task() -> None:
    async def main() -> float:
        lab = Lab(seed=5)
        a, b, _ = pair(lab)
        flow = lab.bulk(a, b, 100_000)
        lab.run()
        await trio.lowlevel.checkpoint()
        return flow.duration

    lab = Lab(seed=5)
    a, b, _ = pair(lab)
    flow = lab.bulk(a, b, 100_000)
    lab.run()
    assert trio.run(main) == flow.duration


# -- failures


def test_a_failed_flow_fails_the_run_unless_it_may() -> None:
    lab = Lab(seed=1)
    a, b, link = pair(lab)
    flow = lab.bulk(a, b, 100_000_000, tcp=TcpConfig(give_up_after=5.0, max_rto=2.0))
    link.outage(1.0, 100.0)
    with pytest.raises(TimedOut):
        lab.run()
    assert isinstance(flow.error, TimedOut)
    with pytest.raises(TimedOut):
        _ = flow.goodput
    flow.may_fail = True
    lab.run()


class Refusing(Flow):
    """Nobody listens for it."""

    def start(self) -> None:
        super().start()
        assert self._listening is not None
        self._listening.stop()

    def open(self, opener: End) -> None:
        raise AssertionError("it cannot open")


def test_a_flow_that_is_refused() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab)
    flow = lab.flow(a, b, Refusing)
    flow.may_fail = True
    lab.run()
    assert isinstance(flow.error, Refused)
    assert flow.delivered == flow.retransmissions == 0


def test_an_abort_ends_a_flow() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab)
    flow = lab.bulk(a, b, 100_000_000)
    lab.run(until=1.0)
    flow.abort()
    lab.run()
    assert flow.finished == 1.0
    lab.settle()
    assert b.stack.tcp.query().connections == 0


def test_an_abort_before_it_is_open_is_no_failure() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab)
    flow = lab.bulk(a, b, 1000)
    lab.run(until=0.005)
    assert flow.opener is None
    flow.abort()
    lab.run()
    assert (flow.finished, flow.error) == (0.005, None)
    lab.settle()
    assert lab.scheduler.timers.running() == 0


def test_a_run_that_does_not_end_says_whose_fault_it_is() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab)
    lab.bulk(a, b, 100_000_000)
    with pytest.raises(TimedOut, match="flow 0 a-b"):
        lab.run(limit=5.0)
    assert lab.now == 5.0


def test_an_endless_flow_alone_ends_no_run() -> None:
    lab = Lab(seed=1)
    a, b, _ = pair(lab)
    lab.bulk(a, b)
    with pytest.raises(ValueError, match="until when"):
        lab.run()


def test_a_failure_leaves_captures_and_says_where(tmp_path: Path) -> None:
    def found() -> None:
        with Lab(seed=9, captures=tmp_path / "new", keep=100) as lab:
            a, b, _ = pair(lab)
            lab.bulk(a, b, 1_000_000)
            lab.run()
            raise RuntimeError("the test found something")

    with pytest.raises(RuntimeError) as caught:
        found()
    (note,) = caught.value.__notes__
    assert "seed 9" in note
    assert str(tmp_path / "new") in note
    with open_capture(tmp_path / "new" / "a-b.pcap") as capture:
        frames = list(capture)
    assert len(frames) == 200
    assert [frame.nanoseconds for frame in frames] == sorted(frame.nanoseconds for frame in frames)


def test_without_a_failure_nothing_is_written(tmp_path: Path) -> None:
    with Lab(captures=tmp_path / "new") as lab:
        a, b, _ = pair(lab)
        lab.bulk(a, b, 1000)
        lab.run()
    assert not (tmp_path / "new").exists()


# -- bad use


def test_what_makes_no_sense_is_refused() -> None:
    lab = Lab()
    a, b, _ = pair(lab)
    lonely = lab.host("lonely")
    with pytest.raises(ValueError, match="host a is there"):
        lab.host("a")
    with pytest.raises(ValueError, match="two hosts"):
        lab.link(a, a)
    with pytest.raises(ValueError, match="two hosts"):
        lab.link(a, Lab().host("other"))
    with pytest.raises(ValueError, match="MTU 60"):
        lab.link(a, b, mtu=60)
    with pytest.raises(ValueError, match="rate"):
        lab.link(a, b, rate=0.0)
    with pytest.raises(ValueError, match="delay"):
        lab.link(a, b, delay=-1.0)
    with pytest.raises(ValueError, match="2 is not a probability"):
        Uniform(2.0)
    with pytest.raises(ValueError, match="counted from 1"):
        Frames(0)
    with pytest.raises(ValueError, match="sampling"):
        Lab(sampling=0.0)
    with pytest.raises(ValueError, match="keep"):
        Lab(keep=-1)
    with pytest.raises(ValueError, match="lonely is on no link"):
        _ = lonely.address
    with pytest.raises(ValueError, match="on links"):
        lab.bulk(a, lonely, 1)
    with pytest.raises(ValueError, match="begin -1"):
        lab.bulk(a, b, 1, at=-1.0)
    with pytest.raises(ValueError, match="-5 bytes"):
        lab.bulk(a, b, -5)
    with pytest.raises(ValueError, match="0 requests"):
        lab.requests(a, b, 0)
    with pytest.raises(ValueError, match="0 bit/s"):
        lab.on_off(a, b, rate=0.0, seconds=1.0)
    lab.bulk(a, b, 1)
    lab.run()
    with pytest.raises(ValueError, match="at work"):
        lab.link(a, lonely)


def test_what_is_wrong_inside_is_not_hidden() -> None:
    """An error that is no protocol's comes out of the run."""

    class Broken(Flow):
        def open(self, opener: End) -> None:
            raise ZeroDivisionError

    lab = Lab()
    a, b, _ = pair(lab)

    def broken(plan: Plan) -> Broken:
        return Broken(plan)

    lab.flow(a, b, broken)
    with pytest.raises(ZeroDivisionError):
        lab.run()


def test_a_lab_with_trios_time_is_not_run_by_hand() -> None:
    async def main() -> None:
        lab = Lab(scheduler=trio_scheduler())
        with pytest.raises(ValueError, match="trio"):
            lab.run()

    virtual(main)
    assert issubclass(TimedOut, ProtocolError)
