"""Phones and what came of what they sent, a noun in each module; Django finds them here."""

from xiachen.sync.models import devices, packs, receipts

__all__ = ["devices", "packs", "receipts"]
