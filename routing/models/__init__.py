"""Who may ask (people), where requests can go (backends, with habits that were learned), which model goes where
(mappings) and what models made of long prompts (summaries).
"""

from routing.models.backends import Backend, BackendCredential, BackendModel
from routing.models.habits import LearnedHabit
from routing.models.health import BackendHealth, CredentialRest
from routing.models.mappings import Compression, MappingTarget, ModelMapping
from routing.models.people import Client, ClientKey, Team
from routing.models.search_engines import SearchEngine
from routing.models.seats import SeatLease
from routing.models.states import KeptState
from routing.models.summaries import PromptSummary

__all__ = [
    "Backend",
    "BackendCredential",
    "BackendHealth",
    "BackendModel",
    "Client",
    "ClientKey",
    "Compression",
    "CredentialRest",
    "KeptState",
    "LearnedHabit",
    "MappingTarget",
    "ModelMapping",
    "PromptSummary",
    "SearchEngine",
    "SeatLease",
    "Team",
]
