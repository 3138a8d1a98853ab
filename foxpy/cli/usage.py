"""What is said when a command cannot do what it was asked: one message, exit status 2, no traceback."""

from __future__ import annotations

import click


class CommandError(click.ClickException):
    """The request cannot be met. The message names the thing, the value and the remedy."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        click.echo(f"foxpy: {self.message}", err=True)
