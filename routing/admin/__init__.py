"""The admin pages of this app, a module for each noun."""

from routing.admin import backend_models, backends, clients, keys, learned_habits, mappings, teams

__all__ = ["backend_models", "backends", "clients", "keys", "learned_habits", "mappings", "teams"]
