"""Searching: what a model must do, and what an answer looks like."""

from ai_data_platform.core.retrieval.embedder import Embedder, Progress, Vectors

__all__ = ["Embedder", "Progress", "Vectors"]
