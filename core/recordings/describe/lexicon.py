"""What the words of a column's name say about what it measures, in English and German."""

import re
from functools import lru_cache
from typing import NamedTuple

from core.recordings.describe.units import UNITS, bare, unit_in
from core.recordings.parts import plain_name


class Meaning(NamedTuple):
    """What a name says. role: side, ambient, controller, or the column's own part in a recording (time, index,
    operation, label, line); word: the one that says it; sure: 0 to 1."""

    role: str
    modality: str
    unit: str
    word: str
    sure: float


CASES = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
AXIS = re.compile(r"[xyz]")

# in this order: what is said first decides
TIME = {
    "time",
    "timestamp",
    "zeit",
    "zeitstempel",
    "datetime",
    "date",
    "clock",
    "uhrzeit",
    "ts",
    "elapsed",
    "t",
}
INDEX = {
    "unnamed",
    "index",
    "idx",
    "id",
    "row",
    "rows",
    "sample",
    "samples",
    "nr",
    "no",
    "counter",
    "count",
    "cycle",
}
COMMANDED = {
    "command",
    "commanded",
    "cmd",
    "setpoint",
    "set",
    "target",
    "desired",
    "des",
    "ref",
    "soll",
    "nominal",
}
COMMANDED |= {"demand", "ffw", "feedforward", "ctrl", "sollwert", "reference"}
PROGRAM = {
    "program",
    "prog",
    "programm",
    "sequence",
    "seq",
    "block",
    "satz",
    "line",
    "zeile",
    "feedrate",
    "feed",
}
PROGRAM |= {"vorschub", "override", "gcode", "tool", "werkzeug", "rapid", "subprogram"}
POSITION = {
    "position",
    "pos",
    "enc",
    "encoder",
    "coordinate",
    "coord",
    "wcs",
    "mcs",
    "dro",
    "lage",
    "istposition",
}
POSITION |= {"mpo", "mpos", "wpos", "abspos"}
MOTION = {
    "velocity",
    "vel",
    "speed",
    "rpm",
    "drehzahl",
    "geschwindigkeit",
    "lag",
    "dev",
    "deviation",
    "schleppabstand",
}
MOTION |= {"contour", "jerk", "diff", "drehzahlist", "stroke"}
CODES = {
    "stat",
    "status",
    "state",
    "mode",
    "plane",
    "momo",
    "coor",
    "dist",
    "unit",
    "units",
    "inertia",
    "gear",
}
CODES |= {"enable", "flag", "error", "alarm", "doc", "case", "vb"}
ACTUAL = {"actual", "act", "ist", "axis", "encoder", "enc"}
OPERATION = {"operation", "process", "machining", "activity", "phase", "prozess", "vorgang", "label", "class"}
OPERATION |= {"step", "task", "klasse", "operationen"}
MEASURED: tuple[tuple[frozenset[str], str, str, str], ...] = tuple(
    (frozenset(words.split()), role, modality, unit)
    for words, role, modality, unit in (
        ("ae acoustic emission", "side", "acoustic_emission", ""),
        ("vib vibration vibr schwingung koerperschall schwingungen", "side", "vibration", "g"),
        ("gyro gyroscope angular drehrate", "side", "gyro", "deg/s"),
        ("mag magnet magnetometer magnetic", "side", "magnetometer", "counts"),
        ("force kraft dynamometer", "side", "force", "N"),
        ("torque moment drehmoment trq tq", "side", "torque", "Nm"),
        ("voltage volt spannung volts dcbus", "side", "voltage", "V"),
        ("power leistung watt watts energy", "side", "power", "W"),
        ("current strom amp ampere amps curr hall smc amperage", "side", "motor_current", "A"),
        ("load auslastung utilization utilisation", "side", "load", "%"),
        ("mic microphone sound noise audio rms schall luftschall spl", "side", "sound", "level"),
        ("temp temperature temperatur therm", "ambient", "temperature", "degC"),
        ("humidity feuchte luftfeuchte hum rh", "ambient", "humidity", "%"),
        ("pressure druck press baro barometer", "ambient", "pressure", "kPa"),
        ("light lux illuminance helligkeit", "ambient", "light", "lux"),
        ("color colour rgb farbe", "side", "colour", "counts"),
        ("proximity prox distance abstand", "side", "proximity", "counts"),
        ("strain dehnung", "side", "strain", ""),
        ("flow durchfluss coolant kuehlmittel", "side", "flow", ""),
    )
)
ACCELERATION = frozenset(["acc", "accel", "acceleration", "accelerometer", "beschleunigung", "acceler"])
# single words of a board of sensors: a letter for what it measures and one for the axis
SHORT = {
    "a": ("accelerometer", "g"),
    "g": ("gyro", "deg/s"),
    "m": ("magnetometer", "counts"),
    "f": ("force", "N"),
}
MOTORS = frozenset(["motor", "spindle", "spindel", "hauptspindel"])
# modalities with a direction: the axis at the end of their name is no board
DIRECTED = ("accelerometer", "gyro", "magnetometer", "force", "vibration", "position")
# units of controllers
CONTROLLED = ("position", "speed")


def words(name: str) -> list[str]:
    """The words of a name in lower case, e.g. `X1_OutputCurrent` -> x, 1, output, current."""
    parts = re.split(r"[^A-Za-z0-9]+", plain_name(bare(name)).replace("_", " "))
    return [word.lower() for part in parts for word in CASES.split(part) if word]


@lru_cache(maxsize=1 << 16)
def meaning(name: str, unit: str | None = None) -> Meaning | None:
    """What a column's name says of it; None where it says nothing."""
    own = words(name)
    there = set(own)
    unit = unit.lower() if unit else unit_in(name)
    found = _controller(own, there) or _measured(own) or _part(own, there)
    by_unit = UNITS.get(unit or "", ("", ""))
    if found is None and by_unit[1]:
        role = {"time": "time", "temperature": "ambient", "pressure": "ambient", "humidity": "ambient"}.get(
            by_unit[1], "controller" if by_unit[1] in CONTROLLED else "side"
        )
        return Meaning(role, by_unit[1], by_unit[0], f"[{by_unit[0]}]", 0.6)
    if found is None and there & MOTORS:
        word = next(word for word in own if word in MOTORS)
        return Meaning("side", "motor_current", by_unit[0], word, 0.3)
    if found is not None and unit is not None and unit in UNITS and found.role != "time":
        return found._replace(unit=by_unit[0], sure=min(1.0, found.sure + 0.1))
    return found


def _controller(own: list[str], there: set[str]) -> Meaning | None:
    """The controller's own state, whatever else is in the name: it is the answer."""
    if "current" in there and there & PROGRAM:
        # the program that runs at present, and no electricity
        return _first(own, PROGRAM, "controller", 0.9)
    if commanded := _first(own, COMMANDED, "controller", 0.9):
        return commanded._replace(modality="position" if there & POSITION else "controller")
    if there & ACCELERATION and there & ACTUAL:
        return _first(own, ACTUAL, "controller", 0.8)
    if _measured(own) is not None:
        return None
    found = _first(own, POSITION, "position", 0.9)
    if any(re.fullmatch(r"m?w?pos?[xyzabc]", word) for word in own):
        found = Meaning("controller", "position", "", "pos", 0.8)
    if not there & OPERATION - {"step"}:
        found = found or _first(own, PROGRAM | MOTION, "controller", 0.8)
    return found or (None if "time" in there else _first(own, CODES, "controller", 0.6))


def _first(own: list[str], known: set[str], modality: str, sure: float) -> Meaning | None:
    word = next((word for word in own if word in known), None)
    return None if word is None else Meaning("controller", modality, "", word, sure)


def _measured(own: list[str]) -> Meaning | None:
    if word := next((word for word in own if word in ACCELERATION), None):
        axis = _axis(own)
        return Meaning("side", f"accelerometer_{axis}" if axis else "accelerometer", "g", word, 0.9)
    if len(own[-1:]) and re.fullmatch(r"[agmf][xyz]", own[-1]):
        letter, axis = own[-1][0], own[-1][1]
        modality, unit = SHORT[letter]
        return Meaning(
            "side", f"{modality}_{axis}" if modality == "accelerometer" else modality, unit, own[-1], 0.7
        )
    for known, role, modality, unit in MEASURED:
        if word := next((word for word in own if word in known), None):
            return Meaning(role, modality, unit, word, 0.9 if word != "rms" else 0.6)
    return None


def _part(own: list[str], there: set[str]) -> Meaning | None:
    for role, known in (("time", TIME), ("operation", OPERATION), ("index", INDEX)):
        if word := next((word for word in own if word in known), None):
            return Meaning(role, "", "", word, 0.5)
    return None


def _axis(own: list[str]) -> str:
    return next((word for word in reversed(own) if AXIS.fullmatch(word)), "")
