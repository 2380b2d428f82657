"""Chat logs, documents and feedback in; verified SFT, preference and RAG data out."""

__version__ = "0.1.0"
