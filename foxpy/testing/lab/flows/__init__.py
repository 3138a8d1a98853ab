"""Flows: what goes over the laboratory's network, and what is measured of it."""

from foxpy.testing.lab.flows.bulk import Bulk
from foxpy.testing.lab.flows.flow import Flow, Plan, Sample
from foxpy.testing.lab.flows.onoff import OnOff
from foxpy.testing.lab.flows.requests import Requests

__all__ = ["Bulk", "Flow", "OnOff", "Plan", "Requests", "Sample"]
