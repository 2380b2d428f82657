"""The pages about the company itself."""

from ai_data_platform.core.samples.company_account import ACCOUNT, PRIVACY
from ai_data_platform.core.samples.company_prices import SUPPORT, TARIFFS
from ai_data_platform.core.samples.company_visits import DELIVERY, VISITS
from ai_data_platform.core.samples.company_warranty import RETURNS, WARRANTY
from ai_data_platform.core.samples.topics import Topic

__all__ = ["COMPANY_PAGES"]

COMPANY_PAGES: dict[str, tuple[str, tuple[Topic, ...]]] = {
    "warranty": ("Warranty", WARRANTY),
    "returns": ("Returns and refunds", RETURNS),
    "service-visits": ("Service visits", VISITS),
    "delivery": ("Delivery", DELIVERY),
    "account": ("Your account", ACCOUNT),
    "privacy": ("Privacy", PRIVACY),
    "tariffs": ("Tariffs and prices", TARIFFS),
    "support": ("Support", SUPPORT),
}
"""Slug of a page: its title and what it says."""
