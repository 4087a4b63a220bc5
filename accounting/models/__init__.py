"""What was used (usage), and whose journals it comes from (journals)."""

from accounting.models.journals import ProcessJournal
from accounting.models.usage import UsageQuerySet, UsageRecord

__all__ = ["ProcessJournal", "UsageQuerySet", "UsageRecord"]
