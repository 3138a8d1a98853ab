"""The decision log of TCP as a file, and what can be learned from it: docs/decisions.md."""

from foxpy.decisions.account import Account, Spent
from foxpy.decisions.accounting import account
from foxpy.decisions.choosing import NoSuchConnection, by_connection, choose
from foxpy.decisions.file import DecisionWriter, LogClock, read_decisions
from foxpy.decisions.lines import LogError
from foxpy.decisions.sentences import explain, headline

__all__ = [
    "Account",
    "DecisionWriter",
    "LogClock",
    "LogError",
    "NoSuchConnection",
    "Spent",
    "account",
    "by_connection",
    "choose",
    "explain",
    "headline",
    "read_decisions",
]
