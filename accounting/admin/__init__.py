"""The admin pages of this app: usage is looked at, not changed."""

from accounting.admin import budgets, notifications, prices, summaries, usage

__all__ = ["budgets", "notifications", "prices", "summaries", "usage"]
