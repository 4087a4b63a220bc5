"""Who may ask (people), where requests can go (backends, with habits that were learned) and which model goes where
(mappings).
"""

from routing.models.backends import Backend, BackendCredential, BackendModel
from routing.models.habits import LearnedHabit
from routing.models.mappings import Compression, MappingTarget, ModelMapping
from routing.models.people import Client, ClientKey, Team

__all__ = [
    "Backend",
    "BackendCredential",
    "BackendModel",
    "Client",
    "ClientKey",
    "Compression",
    "LearnedHabit",
    "MappingTarget",
    "ModelMapping",
    "Team",
]
