"""What each product family can report with a code."""

from dataclasses import dataclass

__all__ = ["CODES", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """A code: what it means, where it comes from and what helps, as an imperative."""

    meaning: str
    cause: str
    remedy: str


CODES: dict[str, tuple[Code, ...]] = {
    "battery": (
        Code(
            "a cell is too warm", "a blocked vent or direct sun", "clear the vents and let it rest"
        ),
        Code(
            "the cells are too cold to charge", "a frosty night", "wait, or heat the room a little"
        ),
        Code(
            "the meter is silent",
            "a loose data cable",
            "push the green plug home and restart the meter",
        ),
        Code("the insulation is low", "moisture in a connector", "dry the connectors on the roof"),
        Code(
            "a fan has stopped", "dust or a worn bearing", "vacuum the fan, then have it replaced"
        ),
        Code(
            "two modules disagree",
            "a module with older firmware",
            "start the update again with both modules on",
        ),
    ),
    "heat_pump": (
        Code(
            "too little water flows", "a clogged strainer", "clean the strainer and open all valves"
        ),
        Code(
            "the pressure of the circuit is low",
            "a leak or a circuit that was bled",
            "refill to the green field of the gauge",
        ),
        Code(
            "the coil is iced up",
            "leaves in front of the fan",
            "remove the leaves and thaw it gently",
        ),
        Code(
            "the outdoor sensor is missing",
            "a cable bitten by a marten",
            "check the grey cable behind the grille",
        ),
        Code(
            "the compressor starts too often", "a small buffer", "lengthen the pauses in the menu"
        ),
        Code(
            "the tank does not get warm",
            "scale on the heat exchanger",
            "descale it and lower the target",
        ),
    ),
    "wallbox": (
        Code(
            "the residual current is too high",
            "a damp plug or a faulty car",
            "unplug, dry the plug and try another car",
        ),
        Code("the car does not answer", "a bent pin", "look at the pins and plug in again firmly"),
        Code(
            "the box is too hot",
            "midday sun on the housing",
            "shade it or charge at a lower current",
        ),
        Code("a phase is missing", "a blown main fuse", "check the fuses in the panel"),
        Code(
            "the card is unknown", "a card that was not taught in", "teach the card in with the app"
        ),
        Code(
            "the lock is jammed",
            "tension on the cable",
            "push the plug in while you release it in the app",
        ),
    ),
    "inverter": (
        Code(
            "the grid voltage is too high", "a long line", "ask the grid operator to check the line"
        ),
        Code(
            "a string gives nothing",
            "a connector that came apart",
            "check the plugs below the modules",
        ),
        Code(
            "the insulation is poor at dawn", "dew in a junction box", "find and seal the damp box"
        ),
        Code("the clock is wrong", "an empty backup cell", "set the time and replace the cell"),
        Code("an arc was detected", "a damaged cable", "keep it off and call a technician"),
        Code(
            "the heat sink is hot", "a bird's nest behind it", "clear the space behind the housing"
        ),
    ),
    "gateway": (
        Code("the portal is out of reach", "a blocked port", "allow port 8883 in the router"),
        Code(
            "a device has gone missing", "a flat sensor cell", "replace the cell and pair it again"
        ),
        Code("the memory is full", "a long time offline", "bring it online or insert a card"),
        Code(
            "the certificate has expired",
            "a clock that runs wrong",
            "set the time zone and restart it",
        ),
        Code(
            "two gateways compete", "an old one still plugged in", "unplug the one you do not use"
        ),
        Code("the meter sends nonsense", "a reversed clamp", "turn the clamp around on its cable"),
    ),
    "thermostat": (
        Code("the valve does not move", "a pin that sticks", "press the pin a few times by hand"),
        Code("the cells are nearly flat", "more than a year of use", "replace both cells together"),
        Code("the radio link is weak", "a metal door in between", "move the gateway by a metre"),
        Code("the reading is implausible", "a draught in the wall box", "seal the tube behind it"),
        Code(
            "the schedule was lost",
            "cells that were out too long",
            "load the schedule from the app",
        ),
        Code(
            "the room never gets warm", "air in the radiator", "bleed the radiator, then calibrate"
        ),
    ),
}
