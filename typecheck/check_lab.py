"""A laboratory's numbers are numbers, its models are models, and a flow is of the kind that was asked for."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_type

from foxpy.layers.tcp import Tcp, TcpConfig
from foxpy.testing.lab import (
    Bulk,
    CoDel,
    Discipline,
    DropTail,
    Flow,
    Host,
    HostConfig,
    Lab,
    Link,
    Loss,
    OnOff,
    Plan,
    Red,
    Requests,
    Sample,
    Uniform,
    Way,
    jain,
)


def network(lab: Lab, a: Host, b: Host) -> None:
    assert_type(lab.host("c", HostConfig(tcp=TcpConfig())), Host)
    lab.host("c", TcpConfig())  # type: ignore[arg-type]
    assert_type(lab.link(a, b, rate=10e6, delay=0.05, queue=DropTail(packets=50), loss=Uniform(0.01)), Link)
    lab.link(a, b, rate="10 Mbit/s")  # type: ignore[arg-type]
    lab.link(a, b, queue=50)  # type: ignore[arg-type]
    lab.link(a, b, queue=Uniform(0.01))  # type: ignore[arg-type]
    lab.link(a, b, loss=0.01)  # type: ignore[arg-type]
    lab.link(a, b, loss=CoDel())  # type: ignore[arg-type]
    lab.link(a, b, back=Way(rate=1e6))
    lab.link(a, b, back=1e6)  # type: ignore[arg-type]
    lab.link("a", b)  # type: ignore[arg-type]
    assert_type(a.stack.tcp, Tcp[IPv4Address])


def models() -> None:
    queue: Discipline = Red(least=5, most=15)
    other: Discipline = Uniform(0.1)  # type: ignore[assignment]
    loss: Loss = Uniform(0.1)
    wrong: Loss = DropTail()  # type: ignore[assignment]


class Own(Flow):
    """Does nothing."""

    def open(self, opener: object) -> None:
        return


def flows(lab: Lab, a: Host, b: Host) -> None:
    assert_type(lab.bulk(a, b, 1000), Bulk)
    lab.bulk(a, b, 1e6)  # type: ignore[arg-type]
    lab.bulk(a, b, 1000, tcp="cubic")  # type: ignore[arg-type]
    assert_type(lab.on_off(a, b, rate=1e6, seconds=5.0), OnOff)
    assert_type(lab.requests(a, b, 10), Requests)
    assert_type(lab.flow(a, b, Own), Own)
    lab.flow(a, b, Bulk)  # type: ignore[arg-type]


def measures(flow: Bulk, samples: list[Sample]) -> None:
    assert_type(flow.goodput, float)
    assert_type(flow.samples[0], Sample)
    flow.samples[0].window = 5  # type: ignore[misc]
    assert_type(jain(sample.rtt for sample in samples), float)
    jain(samples)  # type: ignore[arg-type]


def plans(plan: Plan) -> None:
    assert_type(Bulk(plan, 5), Bulk)
    Bulk(plan)  # type: ignore[call-arg]
