"""Judges one column by its name and its values, and says why."""

from core.recordings.describe.lexicon import INDEX, Meaning, meaning, words
from core.recordings.describe.proposal import ColumnGuess
from core.recordings.describe.traits import Traits
from core.recordings.describe.units import UNITS, unit_in
from core.recordings.parts import plain_name

# shares of rows from which on a rule is taken to hold
NEARLY_ALL, MOST = 0.995, 0.6
# a text with so few values that stay for so many rows is a label
LABEL_VALUES, LABEL_ROWS = 60, 5
# a course with larger steps (by its spread) is no movement of an axis
ROUGH = 0.5
FAST = ("accelerometer", "vibration", "acoustic_emission", "sound", "gyro", "signal")


def judged(name: str, traits: Traits, unit: str | None = None, *, headless: bool = False) -> ColumnGuess:
    """What a column alone looks like; times, labels and boards are settled over all columns."""
    said = meaning(name, unit)
    role, reasons, sure, modality, own_unit = _judged(name, traits, said, headless)
    low = traits.minimum if traits.kind == "number" else None
    high = traits.maximum if traits.kind == "number" else None
    if traits.missing > 0:
        reasons.append(f"{max(traits.missing, 0.01):.0%} of cells are empty")
    return ColumnGuess(
        name=name,
        role=role,
        quantity=plain_name(name),
        modality=modality,
        unit=own_unit,
        evidence="; ".join(reasons),
        confidence=round(sure, 2),
        samples=traits.examples,
        minimum=low,
        maximum=high,
        missing=traits.missing,
        values=traits.words if traits.distinct <= LABEL_VALUES else (),
    )


Judgement = tuple[str, list[str], float, str, str]


def _judged(name: str, traits: Traits, said: Meaning | None, headless: bool) -> Judgement:
    if traits.kind == "empty":
        if said is not None and said.role == "controller":
            return "controller", [_named(said), "empty in the sample"], 0.6, said.modality, said.unit
        return "ignored", ["empty in the sample"], 0.9, "", ""
    if traits.kind == "text":
        return _of_text(traits, said)
    if _counts_rows(name, traits, said, headless):
        return "index", [f"counts rows: rises by {traits.step:g} in every row"], 0.95, "", ""
    return _as_time(traits, said) or _of_numbers(name, traits, said)


def _as_time(traits: Traits, said: Meaning | None) -> Judgement | None:
    steady = f"rises steadily, by {traits.step:g} in {traits.even:.1%} of rows"
    if said is not None and said.role == "time" and _may_be_time(traits):
        return "time", [f"{_named(said)}; {steady}"], 0.7 + 0.25 * (traits.even > MOST), "", said.unit
    if said is None and _is_clock(traits):
        return "time", [steady], 0.6, "", ""
    return None


def _of_text(traits: Traits, said: Meaning | None) -> Judgement:
    if traits.dated >= 0.95:
        return "time", [f"{traits.dated:.0%} of cells are times ({traits.time_format})"], 0.9, "", ""
    if traits.gcode >= MOST:
        return "line text", [f"{traits.gcode:.0%} of its texts parse as G-code blocks"], 0.95, "", ""
    if traits.json:
        return "ignored", ["text in JSON"], 0.9, "", ""
    named = said is not None and said.role == "operation"
    if traits.distinct == 1 and not named:
        return "ignored", ["one text in all of the sample"], 0.7, "", ""
    if traits.distinct <= LABEL_VALUES and (traits.stretch >= LABEL_ROWS or named):
        reasons = [f"{traits.distinct} texts that stay for {traits.stretch:.0f} rows on average"]
        reasons += [_named(said)] if said is not None and named else []
        return "operation", reasons, 0.8 if named else 0.4, "", ""
    return "ignored", [f"text with {traits.distinct} values in the sample"], 0.6, "", ""


def _counts_rows(name: str, traits: Traits, said: Meaning | None, headless: bool) -> bool:
    steady = traits.whole and traits.step == 1 and traits.even >= NEARLY_ALL and traits.rising >= NEARLY_ALL
    if not steady:
        return False
    return headless or said is None or bool(set(words(name)) & INDEX) or said.role == "index"


def _may_be_time(traits: Traits) -> bool:
    return traits.rising >= MOST and traits.distinct > 2


def _is_clock(traits: Traits) -> bool:
    """A column without a telling name that can only be a clock: it rises by the same step in every row."""
    return traits.rising >= NEARLY_ALL and traits.even >= NEARLY_ALL and traits.distinct > 20


def _of_numbers(name: str, traits: Traits, said: Meaning | None) -> Judgement:
    span = f"values {traits.minimum:.4g}..{traits.maximum:.4g}"
    if said is not None and said.role == "operation" and traits.whole and traits.distinct <= LABEL_VALUES:
        return "operation", [_named(said), f"{traits.distinct} values"], 0.5, "", ""
    if said is None or said.role in ("time", "index", "operation"):
        return _unknown(name, traits, said, span)
    reasons, sure = [_named(said), span], said.sure
    role, unit = said.role, said.unit
    if traits.constant:
        reasons.append("never changes in the sample")
        sure = min(sure, 0.5)
    if said.modality == "pressure":
        role, unit, reason = _pressure(traits, unit)
        reasons.append(reason)
    if said.modality.startswith("accelerometer") and unit == "g" and 8 < _size(traits) < 200:
        unit = "m/s2"
    return role, reasons, sure, said.modality, unit


def _unknown(name: str, traits: Traits, said: Meaning | None, span: str) -> Judgement:
    if traits.constant:
        return (
            "ignored",
            ["the name says nothing", f"never changes in the sample ({traits.minimum:g})"],
            0.5,
            "",
            "",
        )
    own = words(name)
    if own in (["x"], ["y"], ["z"]) and traits.rough > ROUGH:
        reasons = [f"an axis, {span}", "jumps from row to row as a vibration does"]
        return "side", reasons, 0.4, f"accelerometer_{own[0]}", "g"
    if own[-1:] in (["x"], ["y"], ["z"]) and traits.rough <= ROUGH:
        # what may be the answer is held to be it until somebody knows better
        return "controller", [f"an axis, {span}", "moves smoothly as a position does"], 0.4, "position", ""
    reasons = [
        "the name says nothing of what is measured" if said is None else f"its values are no {said.role}",
        span,
    ]
    if traits.rough > ROUGH:
        reasons.append("jumps from row to row as a vibration does")
    return "side", reasons, 0.15, "signal", ""


def _pressure(traits: Traits, unit: str) -> tuple[str, str, str]:
    for low, high, name in ((80, 110, "kPa"), (800, 1100, "hPa"), (80_000, 110_000, "Pa")):
        if low <= traits.minimum and traits.maximum <= high:
            return "ambient", name, "that of the air"
    return "side", unit if unit != "kPa" else "", "not that of the air"


def _size(traits: Traits) -> float:
    return max(abs(traits.minimum), abs(traits.maximum))


def _named(said: Meaning) -> str:
    return f"unit {said.word}" if said.word.startswith("[") else f"name contains {said.word!r}"


KNOWN_UNITS = {
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "min": "minutes",
}
UNIT_WORDS = {"ms": "ms", "millis": "ms", "us": "us", "micros": "us", "ns": "ns", "nanos": "ns"}
UNIT_WORDS |= {"s": "s", "sec": "s", "secs": "s", "seconds": "s"}
# times since 1970 are so large
EPOCHS = ((1e17, "nanoseconds"), (1e14, "microseconds"), (1e11, "epoch milliseconds"), (1e9, "epoch seconds"))


def time_format(name: str, traits: Traits, unit: str | None) -> tuple[str, str | None]:
    """How a column of times is written, and what is doubtful about it."""
    if traits.kind == "text":
        return traits.time_format or "ISO 8601", None
    named = UNITS.get((unit or unit_in(name) or "").lower(), ("", ""))[0]
    named = named or next((UNIT_WORDS[word] for word in words(name) if word in UNIT_WORDS), "")
    epoch = next((form for least, form in EPOCHS if traits.minimum > least), None)
    if named in KNOWN_UNITS:
        return KNOWN_UNITS[named], None
    if epoch or not traits.whole or traits.step <= 1:
        return epoch or "seconds", None
    doubt = (
        f"The unit of the time {name!r} is not named: steps of {traits.step:g} are taken for milliseconds."
    )
    return "milliseconds", doubt
