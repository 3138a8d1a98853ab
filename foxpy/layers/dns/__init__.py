"""The domain name system: its messages (RFC 1035)."""

from foxpy.layers.dns.names import Name
from foxpy.layers.dns.wire import DNS, Question, Record

__all__ = ["DNS", "Name", "Question", "Record"]
