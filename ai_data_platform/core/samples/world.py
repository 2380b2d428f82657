"""Tarnholt, a company that does not exist: its products and the words for them."""

from dataclasses import dataclass

__all__ = ["COMPANY", "FAMILIES", "PAGE_KINDS", "Family", "Product", "product"]

COMPANY = "Tarnholt"

PAGE_KINDS = ("setup", "settings", "codes", "care", "data", "releases")
"""The pages that every product has, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Family:
    """One line of products: `unit` is the noun for it, `letter` opens its codes."""

    key: str
    name: str
    sizes: tuple[int, ...]
    unit: str
    letter: str
    wired: bool  # has a breaker of its own


@dataclass(frozen=True, slots=True)
class Product:
    """One model of a family."""

    name: str
    family: Family

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")


FAMILIES = (
    Family("battery", "Larch", (10, 5, 15), "battery", "L", True),
    Family("heat_pump", "Fell", (9, 6, 12), "heat pump", "F", True),
    Family("wallbox", "Wren", (11, 7, 22), "wallbox", "W", True),
    Family("inverter", "Brook", (8, 4, 12), "inverter", "B", True),
    Family("gateway", "Sill", (2, 1, 3), "gateway", "S", False),
    Family("thermostat", "Moss", (3, 1, 2), "thermostat", "M", False),
)

_EDITIONS = ("", " Plus", " Duo", " Alpine", " Coast", " Compact", " Outdoor", " Studio")


def product(number: int) -> Product:
    """The product with this number; there is one for every number, each with a name of its own."""
    family = FAMILIES[number % len(FAMILIES)]
    size = family.sizes[number // len(FAMILIES) % 3]
    edition = number // (len(FAMILIES) * 3)
    mark = edition // len(_EDITIONS) + 1
    name = f"{family.name} {size}{_EDITIONS[edition % len(_EDITIONS)]}"
    return Product(name if mark == 1 else f"{name} Mk {mark}", family)
