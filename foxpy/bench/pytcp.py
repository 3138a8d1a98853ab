"""PyTCP, a user-space TCP/IP in Python, in an environment of its own, made from PyPI on first use."""

from __future__ import annotations

import os
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Final

VERSION: Final = "2.7.6"
"""The wheel of 2.7.10 lacks its subpackages."""


class NotThere(RuntimeError):
    """It could not be installed."""


def python(progress: Callable[[str], None]) -> Path:
    """The interpreter of an environment that has PyTCP and nothing else. Raises NotThere."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "foxpy" / f"pytcp-{VERSION}"
    found = folder / "bin/python"
    if (folder / "ready").exists():
        return found
    progress(f"installing PyTCP {VERSION} into {folder}")
    try:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [found, "-m", "pip", "install", "--quiet", f"PyTCP=={VERSION}"], check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().rpartition("\n")[2]
        raise NotThere(f"PyTCP {VERSION} cannot be installed from PyPI: {said}") from error
    (folder / "ready").touch()
    return found
