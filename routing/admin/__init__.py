"""The admin pages of this app, a module for each noun."""

from routing.admin import (
    backend_models,
    backends,
    clients,
    compressions,
    credential_rests,
    health,
    keys,
    learned_habits,
    mappings,
    search_engines,
    teams,
)

__all__ = [
    "backend_models",
    "backends",
    "clients",
    "compressions",
    "credential_rests",
    "health",
    "keys",
    "learned_habits",
    "mappings",
    "search_engines",
    "teams",
]
