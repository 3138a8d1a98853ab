"""Namespaces: apart from each other, joined when asked, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

import pytest

from foxpy.testing.namespaces import FOLDER, CommandFailed, Namespace, bridge, namespace, veth


@pytest.mark.interop
def test_gone_afterwards_even_on_error() -> None:
    seen: list[tuple[Namespace, subprocess.Popen[bytes]]] = []

    def use_and_fail() -> None:
        with namespace() as place:
            seen.append((place, place.start("sleep", "60")))
            assert (FOLDER / place.name).exists()
            raise KeyError

    with pytest.raises(KeyError):
        use_and_fail()
    [(place, process)] = seen
    assert not place.path.exists()
    assert process.poll() is not None


@pytest.mark.interop
def test_a_thread_enters_and_leaves() -> None:
    before = os.readlink("/proc/thread-self/ns/net")
    with namespace() as place:
        with contextlib.suppress(KeyError), place.entered():
            assert os.readlink("/proc/thread-self/ns/net") != before
            raise KeyError
        assert os.readlink("/proc/thread-self/ns/net") == before


@pytest.mark.interop
def test_no_interface_but_loopback_and_no_ipv6() -> None:
    with namespace() as place:
        with place.entered():
            assert [name for _, name in socket.if_nameindex()] == ["lo"]
        shown = place.ip("address")
        assert "127.0.0.1/8" in shown
        assert "inet6" not in shown


@pytest.mark.interop
def test_veth_joins_two() -> None:
    with namespace() as one, namespace() as other:
        veth(one, other, "192.0.2.1/24", "192.0.2.2/24")
        with other.entered():
            listening = socket.create_server(("192.0.2.2", 7))
        with listening:
            with one.entered():
                calling = socket.create_connection(("192.0.2.2", 7), timeout=5)
            calling.close()


@pytest.mark.interop
def test_bridge_joins_ports() -> None:
    with namespace() as middle, namespace() as one, namespace() as other:
        for place, number in ((one, 1), (other, 2)):
            middle.ip("link", "add", f"port{number}", "type", "veth", "peer", "name", "veth0", "netns", place.name)
            place.ip("address", "add", f"192.0.2.{number}/24", "dev", "veth0")
            place.ip("link", "set", "veth0", "up")
        bridge(middle, ["port1", "port2"])
        with other.entered():
            listening = socket.create_server(("192.0.2.2", 7))
        with listening:
            with one.entered():
                calling = socket.create_connection(("192.0.2.2", 7), timeout=5)
            calling.close()


@pytest.mark.interop
def test_what_a_failing_command_said() -> None:
    with namespace() as place:
        with pytest.raises(CommandFailed, match="Cannot find device") as raised:
            place.ip("link", "set", "nothing0", "up")
        assert raised.value.returncode == 1
        assert place.run("cat", "/proc/net/dev").count("lo:") == 1


@pytest.mark.interop
def test_what_a_killed_run_left_is_removed() -> None:
    script = (
        "import os, signal\n"
        "from foxpy.testing.namespaces import namespace\n"
        "with namespace() as place:\n"
        "    print(place.name, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    left = Namespace(done.stdout.strip())
    assert left.path.exists()
    with namespace():
        assert not left.path.exists()
