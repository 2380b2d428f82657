"""The HTTP API: ratings in, search out."""

from ai_data_platform.api.app import create_app

__all__ = ["create_app"]
