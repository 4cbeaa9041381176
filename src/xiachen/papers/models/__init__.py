"""Records of papers, a noun in each module; Django finds them here."""

from xiachen.papers.models import files

__all__ = ["files"]
