"""The names of the roles, without Django: settings name them before any model is loaded."""

from typing import Final

ROLE_NAMES: Final = (
    "health_worker",
    "campaign_officer",
    "unit_manager",
    "team_member",
    "agency_head",
    "auditor",
    "administrator",
)
SECOND_FACTOR_ROLES: Final = ("administrator", "auditor", "campaign_officer", "unit_manager")
"""Roles that need a second factor unless the installation says otherwise: those that can change
what others see or may do. Team members walk with a cheap phone and one list."""
