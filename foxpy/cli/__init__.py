"""The ``foxpy`` command. Needs the extra ``cli``."""

from __future__ import annotations


def main() -> None:
    """What the command runs: says what is missing where the extra is not installed."""
    try:
        from foxpy.cli.main import main as run
    except ModuleNotFoundError as missing:
        if missing.name in ("click", "rich", "h11"):
            raise SystemExit(f"foxpy: {missing.name} is not installed; run  pip install 'foxpy[cli]'") from None
        raise
    run()
