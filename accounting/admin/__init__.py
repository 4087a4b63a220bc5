"""The admin pages of this app: usage is looked at, not changed."""

from accounting.admin import budgets, prices, summaries, usage

__all__ = ["budgets", "prices", "summaries", "usage"]
