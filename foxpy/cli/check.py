"""``foxpy check``: does a stack file compose?"""

from __future__ import annotations
