"""Chat logs: the contract of one exchange."""

from ai_data_platform.core.conversations.contract import (
    CONTRACT_VERSION,
    ChatExchange,
    parse_exchange,
)

__all__ = ["CONTRACT_VERSION", "ChatExchange", "parse_exchange"]
