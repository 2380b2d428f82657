"""The settings of each product family."""

from dataclasses import dataclass

from ai_data_platform.core.samples.topics import Among, Span, Values

__all__ = ["SETTINGS", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is set to at first, what it does and when to change it."""

    name: str
    default: Values
    does: str
    change: str


SETTINGS: dict[str, tuple[Setting, ...]] = {
    "battery": (
        Setting(
            "Reserve level",
            Span(10, 45, "{} %", step=5),
            "It keeps part of the charge back for a power cut.",
            "Raise it in regions with frequent cuts and lower it in summer.",
        ),
        Setting(
            "Night charge",
            Among(("off", "22:00 to 02:00", "00:00 to 04:00", "01:00 to 05:00")),
            "It fills the battery with cheap power from the grid while the household sleeps.",
            "Match it to the hours of your tariff, since nothing is gained outside of them.",
        ),
        Setting(
            "Grid charge limit",
            Span(12, 50, "{} kW", scale=10, step=2),
            "It caps the power that the battery may take from the grid.",
            "Lower it when the main fuse is small and the oven runs in the evening.",
        ),
        Setting(
            "Storm hold",
            Span(6, 48, "{} hours", step=6),
            "It keeps the battery full when the weather service announces a storm.",
            "Shorten it if false alarms cost you too much sunshine.",
        ),
        Setting(
            "Balancing day",
            Among(("Monday", "Wednesday", "Friday", "Sunday")),
            "On this day the cells are charged to the top so that they age evenly.",
            "Choose a day with little consumption and much sun.",
        ),
        Setting(
            "Discharge floor",
            Span(4, 20, "{} %", step=2),
            "It stops the discharge before the cells are drained.",
            "Leave it alone unless a technician asks you to change it.",
        ),
    ),
    "heat_pump": (
        Setting(
            "Heating curve",
            Span(4, 16, "{}", scale=10),
            "It sets how much warmer the water gets as the day gets colder.",
            "Lower it in small steps and wait two days after each of them.",
        ),
        Setting(
            "Quiet hours",
            Among(("21:00 to 06:00", "22:00 to 06:00", "22:00 to 07:00", "23:00 to 05:00")),
            "It limits the speed of the fan so that the neighbours can sleep.",
            "Avoid it in hard frost, when the machine needs its full output.",
        ),
        Setting(
            "Hot water target",
            Span(44, 58, "{} °C"),
            "It is the temperature up to which the tank is heated.",
            "Each degree less saves about two percent of the electricity for hot water.",
        ),
        Setting(
            "Backup heater point",
            Span(-18, -2, "{} °C", step=2),
            "Below this outdoor temperature the electric heater may help.",
            "A lower point saves power but makes the morning warm-up slower.",
        ),
        Setting(
            "Hygiene cycle",
            Among(("every Monday", "every Saturday", "every second Sunday", "once a month")),
            "It heats the tank thoroughly so that no germs can settle.",
            "Large tanks and rarely used taps call for the shorter interval.",
        ),
        Setting(
            "Defrost delay",
            Span(20, 90, "{} minutes", step=5),
            "It is the shortest pause between two defrosts of the outdoor coil.",
            "Shorten it only where fog and frost come together often.",
        ),
    ),
    "wallbox": (
        Setting(
            "Charge limit",
            Span(6, 32, "{} A", step=2),
            "It caps the current that the car may draw in each phase.",
            "Lower it when the house connection is shared with a workshop.",
        ),
        Setting(
            "Surplus start",
            Span(8, 42, "{} kW", scale=10, step=2),
            "Charging begins once this much sunshine would otherwise go to the grid.",
            "Choose a low value in winter or the car will never start charging.",
        ),
        Setting(
            "Cable lock",
            Among(("always locked", "locked while charging", "never locked")),
            "It decides when the plug can be pulled from the box.",
            "In a public car park the strictest choice prevents theft.",
        ),
        Setting(
            "Card timeout",
            Span(15, 120, "{} seconds", step=15),
            "It is the time between showing the card and plugging in.",
            "Lengthen it if the cable is stiff or the parking space narrow.",
        ),
        Setting(
            "Phase switching",
            Among(("off", "automatic", "one phase only", "three phases only")),
            "It lets the box move between one and three phases as the sun changes.",
            "Some older cars stop charging at a switch, so try it by day first.",
        ),
        Setting(
            "Departure time",
            Among(("05:30", "06:00", "06:45", "07:30")),
            "By this time the car is charged, with grid power if need be.",
            "Move it to the weekend schedule separately in the same menu.",
        ),
    ),
    "inverter": (
        Setting(
            "Export limit",
            Span(50, 100, "{} %", step=5),
            "It caps what the roof may send to the grid.",
            "Your grid operator names the figure; more than that can cost you the permit.",
        ),
        Setting(
            "Shade scan",
            Span(10, 60, "every {} minutes", step=5),
            "It searches for the best operating point when a shadow crosses the roof.",
            "On a roof without chimneys and trees it can be made rarer.",
        ),
        Setting(
            "Night standby",
            Among(("on", "off", "after one hour", "after three hours")),
            "It switches the electronics off between dusk and dawn.",
            "Leave it disabled if a data logger reads values at night.",
        ),
        Setting(
            "Ramp rate",
            Span(5, 40, "{} % per minute", step=5),
            "It smooths how quickly the output climbs in the morning.",
            "A gentle ramp calms flickering lights at the end of a long line.",
        ),
        Setting(
            "String alarm",
            Span(10, 40, "{} %", step=5),
            "It warns you when one string gives that much less than its neighbour.",
            "Raise it where two strings look in different directions.",
        ),
        Setting(
            "Restart delay",
            Span(60, 600, "{} seconds", step=30),
            "It is the pause before feeding in again after a fault of the grid.",
            "Shorter delays need the written consent of the grid operator.",
        ),
    ),
    "gateway": (
        Setting(
            "Report interval",
            Span(10, 120, "{} seconds", step=10),
            "It is the time between two reports to the portal.",
            "Short intervals fill a metered mobile connection quickly.",
        ),
        Setting(
            "Connection priority",
            Among(("cable first", "wireless first", "mobile first")),
            "It says which way to the internet is tried before the others.",
            "A cable is the calmest choice wherever one is within reach.",
        ),
        Setting(
            "Meter offset",
            Span(0, 90, "{} W", step=5),
            "It is added to every reading of the meter to correct a known error.",
            "Compare with the official meter at night before you touch it.",
        ),
        Setting(
            "Local access",
            Among(("off", "read only", "read and write")),
            "It lets other devices in the house ask for readings without the internet.",
            "Give it a password of its own, as guests may share the network.",
        ),
        Setting(
            "Update window",
            Among(("01:00 to 03:00", "02:00 to 04:00", "03:00 to 05:00", "12:00 to 14:00")),
            "New firmware is installed in these hours only.",
            "Keep it away from the hours in which the car is charged.",
        ),
        Setting(
            "Log retention",
            Span(14, 90, "{} days", step=4),
            "It is how long readings stay on the device when the portal is out of reach.",
            "A longer time needs a memory card in the slot on the left.",
        ),
    ),
    "thermostat": (
        Setting(
            "Setback",
            Span(14, 19, "{} °C"),
            "It is the temperature for the night and for hours without anybody at home.",
            "In well-insulated rooms a deep setback saves next to nothing.",
        ),
        Setting(
            "Window pause",
            Span(5, 45, "{} minutes", step=5),
            "Heating rests for this long when the temperature falls all of a sudden.",
            "Shorten it in rooms where the door to the yard is opened often.",
        ),
        Setting(
            "Sensor offset",
            Span(-20, 20, "{} K", scale=10, step=5),
            "It corrects the reading when the wall behind the device is cold.",
            "Measure in the middle of the room for a day before you set it.",
        ),
        Setting(
            "Child lock",
            Among(("off", "buttons only", "buttons and dial")),
            "It makes the controls on the wall ignore small hands.",
            "The app keeps working whatever is chosen here.",
        ),
        Setting(
            "Preheat",
            Span(15, 90, "{} minutes", step=15),
            "It begins heating ahead of time so that the room is warm at the chosen hour.",
            "Floor heating needs the longest lead, radiators the shortest.",
        ),
        Setting(
            "Display rest",
            Span(5, 60, "{} seconds", step=5),
            "The display goes dark after this time without a touch.",
            "In a bedroom the shortest value is the kindest.",
        ),
    ),
}
