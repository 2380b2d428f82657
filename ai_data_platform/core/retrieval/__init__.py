"""Searching: what a model must do, and what an answer looks like."""

from ai_data_platform.core.retrieval.embedder import Embedder, Progress, Vectors
from ai_data_platform.core.retrieval.query import MODES, Filters, SearchMode

__all__ = ["MODES", "Embedder", "Filters", "Progress", "SearchMode", "Vectors"]
