"""Who may ask (people), where requests can go (backends) and which model goes where (mappings)."""

from routing.models.backends import Backend, BackendCredential, BackendModel
from routing.models.mappings import Compression, MappingTarget, ModelMapping
from routing.models.people import Client, ClientKey, Team

__all__ = [
    "Backend",
    "BackendCredential",
    "BackendModel",
    "Client",
    "ClientKey",
    "Compression",
    "MappingTarget",
    "ModelMapping",
    "Team",
]
