"""Phones and what came of what they sent, a noun in each module; Django finds them here."""

from xiachen.sync.models import devices, packs, photos, receipts

__all__ = ["devices", "packs", "photos", "receipts"]
