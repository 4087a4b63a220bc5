"""Rows whose changes can be seen cheaply: each write gives the row another random number, and the sum tells.

The snapshot compares one sum per table. A time of change would not do: hosts' clocks differ and transactions commit
in another order than they began, so the newest time can stay the same while a key was revoked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models.base import ModelBase

RowT = TypeVar("RowT", bound=models.Model, covariant=True)


def new_revision() -> int:
    return secrets.randbits(40)  # sums of millions of rows stay below 2**63


if TYPE_CHECKING:
    BigIntegerField = models.BigIntegerField[int, int]
else:
    BigIntegerField = models.BigIntegerField  # generic in the stubs only


class RevisionField(BigIntegerField):
    """Another number at each save."""

    def pre_save(self, model_instance: models.Model, add: bool) -> int:
        revision = new_revision()
        setattr(model_instance, self.attname, revision)
        return revision


class RevisedQuerySet(models.QuerySet[RowT]):
    """Updates that can be seen, and those that need not be."""

    def update(self, **values: Any) -> int:
        return super().update(revision=new_revision(), **values)

    def update_quietly(self, **values: Any) -> int:
        """Write what no request depends on, such as the time of the last use."""
        return super().update(**values)


class Revised(models.Model):
    """The base of every table that the snapshot is built from."""

    revision = RevisionField(default=new_revision, editable=False)

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        if update_fields is not None:
            update_fields = {*update_fields, "revision"}  # or the save would go unseen
        super().save(force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields)
