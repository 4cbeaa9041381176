"""What `base` itself keeps: one counter per community."""

from typing import ClassVar

from django.db import models


class Counter(models.Model):
    """The last number given to a fact of the community; 0 stands for the centre."""

    placement: ClassVar[str] = "owned"

    community_id = models.BigIntegerField(primary_key=True)
    value = models.BigIntegerField()
