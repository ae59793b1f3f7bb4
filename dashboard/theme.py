"""Colours by meaning. Each reads on the light and on the dark page, so that no mark depends on the mode."""

from dataclasses import dataclass

import streamlit as st

# Blue and vermilion stay apart for every kind of colour vision; a word goes with them all the same.
PREDICTION = "#2f6fd0"
ERROR = "#d0491b"
MUTED = "#6b7684"
WITHOUT = "#9a7b16"

# The axes of one sensor are neighbours in hue. Traces are named in words too: colour never stands alone.
MODALITIES = {
    "proximity": "#a5469a",
    "pressure": "#0a82a8",
    "temperature": "#bb4f3f",
    "accelerometer_x": "#1f8049",
    "accelerometer_y": "#4f8f2f",
    "accelerometer_z": "#7d8a1c",
    "gyro": "#0f8f83",
    "magnetometer": "#7a6fd0",
    "colour": "#9a7b16",
    "sound": "#bb5a74",
    "motor_current": "#a55a2a",
    "position": "#5d7285",
}
_SPARE = ("#8a63c9", "#0a82a8", "#9a7b16", "#a5469a", "#1f8049", "#a55a2a")

# traces of one panel are told apart by hue; the first is the modality's own
_SERIES = ("#2f6fd0", "#a5469a", "#1f8049", "#9a7b16", "#7a6fd0", "#0f8f83", "#bb5a74", "#a55a2a", "#5d7285")

# Digits of one width, so that figures in a column line up and a changing one does not jump; an interval stays on one
# line; the steps from run to run show no more than their arrow; margins leave a small screen its width; and what is of
# another selection than the matrix shows by now is faded.
_STYLE = """<style>
.stApp { font-variant-numeric: tabular-nums; }
.st-key-heading { row-gap: 0; padding-block: 0.25rem; }
.st-key-heading h1 { padding-block: 0.25rem; }
[class*="st-key-run_"] :is(kbd, [data-testid="stMarkdownContainer"]) {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.st-key-facts { row-gap: 0.1rem; }
[data-testid="stTable"] td .stMarkdownColoredText [style*="font-size"] { white-space: nowrap; }
[data-asked] [class*="st-key-of_taken"] { opacity: 0.25; }
@media (max-width: 1100px) { .st-key-live_desk [data-testid="stGridCell"] { grid-column: 1 / -1; } }
[data-testid="stMainBlockContainer"] { padding-inline: clamp(1rem, 3.5vw, 3.5rem); }
</style>"""


def modality_colour(modality: str) -> str:
    """The colour of a modality; one that Toolmark does not know keeps one colour of its own."""
    if modality in MODALITIES:
        return MODALITIES[modality]
    return _SPARE[sum(modality.encode()) % len(_SPARE)]


def series(count: int, first: str) -> tuple[str, ...]:
    """Colours for so many traces in one panel, `first` first; after all of them they begin again."""
    others = [colour for colour in _SERIES if colour != first]
    every = (first, *others)
    return tuple(every[place % len(every)] for place in range(count))


@dataclass(frozen=True)
class Ink:
    """Colours of the page's mode for charts, which cannot inherit them; `lift` is how far thin lines are lightened."""

    text: str
    quiet: str
    rule: str
    page: str
    lift: float = 0.0

    def line(self, colour: str) -> str:
        """A colour for thin lines: the same hue, lighter on a dark page."""
        parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        return "#" + "".join(f"{round(part + (255 - part) * self.lift):02x}" for part in parts)


LIGHT = Ink("#17202b", "#4a5868", "#d4dae2", "#ffffff")
DARK = Ink("#e4e9ef", "#a9b6c4", "#333e4b", "#12171d", lift=0.25)


def ink() -> Ink:
    """The colours of the page's present mode."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def apply() -> None:
    """Page-wide type settings that the configuration file has no key for."""
    st.html(_STYLE)


def canvas(ink: Ink) -> dict[str, str]:
    """The colours that every canvas of ours needs, by what they are for."""
    return {
        "text": ink.text,
        "quiet": ink.quiet,
        "rule": ink.rule,
        "page": ink.page,
        "accent": ink.line(PREDICTION),
        "error": ink.line(ERROR),
    }
