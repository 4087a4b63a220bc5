"""Backend dialects as data: one declarative profile each; code asks for a capability, never for a vendor's name.

profile.py    what can be said of a backend, and in how many steps it is said
reasoning.py  the ways in which backends are told how much to think
families.py   models whose rules go with them wherever they are served
openai.py  makers.py  hosts.py  servers.py    a row for each dialect, with the families of its models
dialects.py   all rows, and the profile of one model
"""

from __future__ import annotations

from conversion.profiles.dialects import DIALECTS, profile_for
from conversion.profiles.makers import address_overrides
from conversion.profiles.openai import version_overrides
from conversion.profiles.profile import BackendProfile, Family, Wire
from conversion.profiles.reasoning import Reasoning

__all__ = [
    "DIALECTS",
    "BackendProfile",
    "Family",
    "Reasoning",
    "Wire",
    "address_overrides",
    "profile_for",
    "version_overrides",
]
