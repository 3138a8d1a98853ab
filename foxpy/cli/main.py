"""The ``foxpy`` command."""

from __future__ import annotations

import sys

import click

from foxpy import __version__
from foxpy.cli.usage import CommandError
from foxpy.native import MODE


class _Lazy(click.Group):
    """Loads a command's module when the command is used: ``--help`` and mistakes answer at once."""

    modules = {  # noqa: RUF012  # click's own class attributes are not typed as ClassVar either
        "run": "foxpy.cli.commands",
        "fetch": "foxpy.cli.commands",
        "ping": "foxpy.cli.commands",
        "check": "foxpy.cli.check",
        "decode": "foxpy.cli.decode",
        "plot": "foxpy.cli.plot",
        "explain": "foxpy.cli.explain",
        "demo": "foxpy.cli.demo",
        "bench": "foxpy.cli.bench",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        __import__(module)
        command = getattr(sys.modules[module], cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="foxpy", message=f"%(prog)s %(version)s ({MODE})")
def cli() -> None:
    """Network stacks composed from typed protocol layers.

    A STACK is the name of one of the project's own (tcp_ip, udp_ip, tcp_ip_tun, tcp_ip_packet, tcp_ip_xdp,
    tcp_over_ethernet, tcp_over_udp, udp_unchecked, reliable_ethernet, two_interfaces, router) or the path of a
    stack file of yours. Begin with

    \b
      foxpy demo                                            see stacks carry traffic
      foxpy run tcp_ip --serve echo,http                    two hosts in memory, no root
      foxpy check mystack.py                                does it compose?
      foxpy decode capture.pcap                             what is in a capture?
      foxpy explain log.ndjson                              why did it take so long?
      foxpy plot log.ndjson -o out.svg                      what it looked like
      foxpy bench link                                      how fast is it?
    """


def main() -> None:
    """Run the command; mistakes of the user end with one message and status 2."""
    try:
        status = cli.main(prog_name="foxpy", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except CommandError as error:
        error.show()
        sys.exit(2)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    # Out of standalone mode click returns the status of --help and the like, and None of a command.
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
