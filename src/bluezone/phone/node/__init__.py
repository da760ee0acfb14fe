"""A phone-like node: duty cycles, identifiers, sightings, checks."""

from bluezone.phone.node.check import CheckReport, ExposureCheck
from bluezone.phone.node.config import IPhoneState, NodeConfig
from bluezone.phone.node.duty import DutyCycle
from bluezone.phone.node.node import Node

__all__ = ["CheckReport", "DutyCycle", "ExposureCheck", "IPhoneState", "Node", "NodeConfig"]
