"""Documents and what is sent out, a noun in each module; Django finds them here."""

from xiachen.notices.models import documents, messages, notices

__all__ = ["documents", "messages", "notices"]
