"""What was used (usage) in sums (rollups), whose journals tell it (journals), what models cost (prices), what may be
spent (budgets), whom to tell (notifications)."""

from accounting.models.budgets import Budget, BudgetLease, BudgetWindow, Limit, LimitBucket, LimitHold
from accounting.models.journals import ProcessJournal
from accounting.models.notifications import Delivery, Notification
from accounting.models.prices import Price
from accounting.models.rollups import ExportCounter, RollupDue, SessionRollup, Turn, UsageRollup
from accounting.models.usage import UsageQuerySet, UsageRecord

__all__ = [
    "Budget",
    "BudgetLease",
    "BudgetWindow",
    "Delivery",
    "ExportCounter",
    "Limit",
    "LimitBucket",
    "LimitHold",
    "Notification",
    "Price",
    "ProcessJournal",
    "RollupDue",
    "SessionRollup",
    "Turn",
    "UsageQuerySet",
    "UsageRecord",
    "UsageRollup",
]
