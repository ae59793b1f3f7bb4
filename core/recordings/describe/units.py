"""Units as people write them behind a column's name, and what they measure."""

import re

# a unit, in lower case -> (how Toolmark writes it, the modality that it speaks for, "" = none)
UNITS: dict[str, tuple[str, str]] = {
    **{"a": ("A", "motor_current"), "ma": ("mA", "motor_current"), "arms": ("A", "motor_current")},
    **{"v": ("V", "voltage"), "mv": ("mV", "voltage"), "kv": ("kV", "voltage")},
    **{"w": ("W", "power"), "kw": ("kW", "power"), "va": ("VA", "power")},
    **{"n": ("N", "force"), "kn": ("kN", "force"), "nm": ("Nm", "torque"), "n*m": ("Nm", "torque")},
    **{"g": ("g", "vibration"), "mg": ("mg", "vibration"), "m/s2": ("m/s2", "vibration")},
    **{"m/s^2": ("m/s2", "vibration"), "m/s²": ("m/s2", "vibration"), "mm/s2": ("mm/s2", "vibration")},
    **{
        "deg/s": ("deg/s", "gyro"),
        "°/s": ("deg/s", "gyro"),
        "dps": ("deg/s", "gyro"),
        "rad/s": ("rad/s", "gyro"),
    },
    **{"ut": ("uT", "magnetometer"), "µt": ("uT", "magnetometer"), "gauss": ("gauss", "magnetometer")},
    **{"°c": ("degC", "temperature"), "degc": ("degC", "temperature"), "c": ("degC", "temperature")},
    **{"grad c": ("degC", "temperature"), "k": ("K", "temperature"), "°f": ("degF", "temperature")},
    **{
        "pa": ("Pa", "pressure"),
        "hpa": ("hPa", "pressure"),
        "kpa": ("kPa", "pressure"),
        "bar": ("bar", "pressure"),
    },
    **{
        "mbar": ("mbar", "pressure"),
        "psi": ("psi", "pressure"),
        "db": ("dB", "sound"),
        "dba": ("dB", "sound"),
    },
    **{"lux": ("lux", "light"), "lx": ("lux", "light"), "%rh": ("%", "humidity"), "%": ("%", "")},
    **{
        "mm": ("mm", "position"),
        "µm": ("um", "position"),
        "um": ("um", "position"),
        "inch": ("inch", "position"),
    },
    **{"mm/min": ("mm/min", "speed"), "mm/s": ("mm/s", "speed"), "m/min": ("m/min", "speed")},
    **{
        "rpm": ("rpm", "speed"),
        "1/min": ("rpm", "speed"),
        "u/min": ("rpm", "speed"),
        "deg": ("deg", "position"),
    },
    **{
        "s": ("s", "time"),
        "sec": ("s", "time"),
        "ms": ("ms", "time"),
        "us": ("us", "time"),
        "µs": ("us", "time"),
    },
    **{
        "ns": ("ns", "time"),
        "min": ("min", "time"),
        "hz": ("Hz", ""),
        "khz": ("kHz", ""),
        "l/min": ("l/min", "flow"),
    },
    **{"-": ("", ""), "1": ("", ""), "counts": ("counts", ""), "count": ("counts", "")},
}
# endings of names that are units without brackets: single letters would be axes and boards
ENDINGS = {
    *(
        "ma",
        "mv",
        "kw",
        "nm",
        "rpm",
        "degc",
        "mm",
        "ms",
        "us",
        "ns",
        "kpa",
        "hpa",
        "bar",
        "mbar",
        "khz",
        "dps",
    ),
    *("A", "V", "W", "N"),
}
BRACKETED = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]\s*$")


def unit_in(name: str) -> str | None:
    """The unit that stands in a column's name, in brackets or behind the last `_`; lower case; None = none."""
    if match := BRACKETED.search(name):
        return match[1].lower() if match[1].lower() in UNITS else None
    ending = re.split(r"[_ .]", name)[-1]
    if ending == name:
        return None
    return ending.lower() if ending in ENDINGS or (ending.lower() in ENDINGS and len(ending) > 1) else None


def bare(name: str) -> str:
    """A column's name without a unit in brackets."""
    return BRACKETED.sub("", name).strip() or name
