"""Records of papers, a noun in each module; Django finds them here."""

from xiachen.papers.models import drafts, files, matchings

__all__ = ["drafts", "files", "matchings"]
