"""The admin pages of this app: usage is looked at, not changed."""

from accounting.admin import usage

__all__ = ["usage"]
