"""``foxpy check``: does a stack file compose?"""

from __future__ import annotations

import click

from foxpy.checking import CheckingFailed, check_stack_files
from foxpy.cli.stackfile import find
from foxpy.cli.usage import CommandError


@click.command(short_help="Does a stack file compose? Says what does not fit.")
@click.argument("stack", nargs=-1, required=True)
def check(stack: tuple[str, ...]) -> None:
    """Run mypy --strict on stack files and explain what does not fit; exit status 2 if anything does not.

    \b
    foxpy check mystack.py other.py
    """
    files = [find(name) for name in stack]
    try:
        findings = check_stack_files(files)
    except CheckingFailed as error:
        raise CommandError(str(error)) from error
    for finding in findings:
        click.echo(str(finding))
    if findings:
        raise SystemExit(2)
    click.echo(f"{'It composes' if len(files) == 1 else 'They compose'}: {', '.join(str(file) for file in files)}")
