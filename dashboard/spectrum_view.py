"""Spectrum and spectrogram of the rows in view: how fast a channel moves, beside the run that is laid over."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.recordings.derived import is_derived, parse
from core.recordings.derived_traces import derived_values
from core.recordings.rate import row_rate_hz
from core.recordings.spectra import Spectrogram, Spectrum, spectrogram, spectrum
from core.recordings.traces import Traces
from dashboard import theme
from dashboard.components import sentence
from dashboard.machine_drawing import SCALE, short
from dashboard.theme import Ink

Spec = dict[str, Any]

HEIGHT = 300
# the picture of a spectrogram shows so many decades below its loudest cell
DECADES = 4.0
# rows of a view that a spectrum is made of
MOST_ROWS = 4_000_000


@dataclass(frozen=True)
class Part:
    """Rows of a run, both included: what a spectrum is asked of. digest: of the run."""

    traces: Traces
    digest: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """The run's name."""
        return self.traces.name


@st.cache_data(max_entries=64, show_spinner=False)
def _spectrum(digest: str, channel: str, first: int, last: int, _traces: Traces) -> Spectrum:
    return spectrum(*_rows(channel, first, last, _traces))


@st.cache_data(max_entries=32, show_spinner=False)
def _spectrogram(digest: str, channel: str, first: int, last: int, _traces: Traces) -> Spectrogram:
    return spectrogram(*_rows(channel, first, last, _traces))


def _rows(channel: str, first: int, last: int, traces: Traces) -> tuple[Any, Any, float]:
    """Values, times and rate of rows; a frozen board's repeated values are none."""
    last = min(last, first + MOST_ROWS - 1)
    if is_derived(channel):
        values = derived_values(parse(channel, traces.machine), traces, first, last)
    else:
        values = traces.columns.values((channel,), first, last)[0].copy()
        values[max(traces.end_of_life(channel) - first, 0) :] = np.nan
    return values, traces.seconds[first : last + 1], row_rate_hz(traces.seconds, traces.machine.period_s)


def show_spectrum(channel: str, part: Part, over: Part | None = None, *, key: str = "spectrum") -> None:
    """Draw the spectrum of a channel in some rows, and of the run that is laid over; say so where there is none."""
    found: dict[str, Spectrum] = {}
    said = []
    for each in (part, *([over] if over is not None else [])):
        try:
            own = _spectrum(each.digest, channel, each.first, each.last, each.traces)
        except (ToolmarkError, KeyError, ValueError) as error:
            said.append(f"{each.name}: {_reason(error, channel)}")
            continue
        found[each.name] = own
        said.append(f"{each.name}: {own.stretch.words} Mean of {own.segments} pieces.")
    if found:
        unit = _unit(channel, part.traces)
        spec = spectrum_chart(found, unit, theme.ink())
        st.echarts_chart(spec, height=HEIGHT, key=key, alt=f"Power density of {channel} over frequency")
    st.caption("  \n".join(said))


def show_spectrogram(channel: str, part: Part, *, key: str = "spectrogram") -> None:
    """Draw how the spectrum of a channel changes along the rows; say so where there is none."""
    try:
        found = _spectrogram(part.digest, channel, part.first, part.last, part.traces)
    except (ToolmarkError, KeyError, ValueError) as error:
        st.caption(sentence(_reason(error, channel)))
        return
    spec = spectrogram_chart(found, part.first, _unit(channel, part.traces), theme.ink())
    st.echarts_chart(
        spec, height=HEIGHT, key=key, alt=f"Spectrogram of {channel}: power by frequency and row"
    )
    st.caption(found.stretch.words)


def _reason(error: Exception, channel: str) -> str:
    return str(error) if isinstance(error, ToolmarkError) else f"This run does not have {channel}."


def _unit(channel: str, traces: Traces) -> str:
    return parse(channel, traces.machine).unit if is_derived(channel) else traces.machine.unit(channel)


def density_unit(unit: str) -> str:
    """The unit of a power density of values in a unit."""
    if not unit:
        return "1/Hz"
    return f"{unit}²/Hz" if unit.isalpha() else f"({unit})²/Hz"


def spectrum_chart(found: dict[str, Spectrum], unit: str, ink: Ink) -> Spec:
    """The option of `st.echarts_chart` for spectra by the names of their runs, the first in the foreground."""
    colours = (ink.line(theme.PREDICTION), ink.line(theme.WITHOUT))
    frames = [pd.DataFrame({"frequency": own.frequency_hz, "density": own.density}) for own in found.values()]
    highest = max(float(own.density.max()) for own in found.values())
    series = [
        {
            "type": "line",
            "name": name,
            "data": frame.assign(density=frame["density"].clip(lower=highest * 1e-9)).to_numpy().tolist(),
            "showSymbol": False,
            "lineStyle": {"width": 1.8, "color": colour, "type": kind},
            "itemStyle": {"color": colour},
            "emphasis": {"disabled": True},
        }
        for name, frame, colour, kind in zip(found, frames, colours, ("solid", "dashed"), strict=False)
    ]
    nyquist = max(float(own.frequency_hz[-1]) for own in found.values())
    return {
        "animation": False,
        "grid": {"left": 4, "right": 16, "top": 34, "bottom": 24, "containLabel": True},
        "legend": {"top": 0, "right": 0, "textStyle": {"color": ink.text}, "itemHeight": 9, "itemWidth": 18},
        "tooltip": {"trigger": "axis", "confine": True, "textStyle": {"fontSize": 12}},
        "xAxis": _axis("frequency, Hz", ink)
        | {"min": 0, "max": nyquist, "nameLocation": "middle"}
        | {"axisLabel": {"color": ink.quiet, "fontSize": 11, "showMaxLabel": False}},
        "yAxis": _axis(f"power density, {density_unit(unit)}", ink)
        | {"type": "log", "nameLocation": "end", "nameTextStyle": {"align": "left", "color": ink.quiet}},
        "dataZoom": [{"type": "inside", "xAxisIndex": 0, "filterMode": "none"}],
        "series": series,
    }


def _axis(name: str, ink: Ink) -> Spec:
    return {
        "type": "value",
        "name": name,
        "nameGap": 24 if name.startswith("frequency") else 12,
        "nameTextStyle": {"color": ink.quiet, "fontSize": 11},
        "axisLabel": {"color": ink.quiet, "fontSize": 11},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.7}},
    }


def spectrogram_chart(found: Spectrogram, first: int, unit: str, ink: Ink) -> Spec:
    """The option of `st.echarts_chart` for a spectrogram: rows to the right, frequencies upwards, power as colour."""
    loudest = float(found.density.max())
    top = float(np.log10(loudest)) if loudest > 0 else 0.0
    power = np.log10(np.maximum(found.density, 10.0 ** (top - DECADES)))
    rows = [str(first + round(row)) for row in found.row.tolist()]
    frequencies = [f"{frequency:.3g}" for frequency in found.frequency_hz.tolist()]
    frame = pd.DataFrame(
        {
            "row": np.tile(np.array(rows, dtype=object), len(frequencies)),
            "frequency": np.repeat(np.array(frequencies, dtype=object), len(rows)),
            "power": power.ravel().round(3),
            "density": [short(value) for value in found.density.ravel().tolist()],
        }
    )
    category = {
        "type": "category",
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "axisLabel": {"color": ink.quiet, "fontSize": 11, "hideOverlap": True},
        "nameTextStyle": {"color": ink.quiet, "fontSize": 11},
        "splitArea": {"show": False},
    }
    return {
        "animation": False,
        "dataset": {"source": frame},
        "grid": {"left": 4, "right": 86, "top": 28, "bottom": 24, "containLabel": True},
        "tooltip": {
            "confine": True,
            "textStyle": {"fontSize": 12},
            "formatter": f"row {{@row}}, {{@frequency}} Hz<br><b>{{@density}}</b> {density_unit(unit)}",
        },
        "xAxis": category
        | {"data": list(dict.fromkeys(rows)), "name": "row", "nameLocation": "middle", "nameGap": 24},
        "yAxis": category
        | {"data": list(dict.fromkeys(frequencies)), "name": "frequency, Hz"}
        | {"nameTextStyle": {"color": ink.quiet, "fontSize": 11, "align": "left"}},
        "visualMap": {
            "type": "continuous",
            "dimension": "power",
            "min": round(top - DECADES, 2),
            "max": round(top, 2),
            "calculable": False,
            "orient": "vertical",
            "right": 0,
            "top": "middle",
            "itemWidth": 10,
            "itemHeight": 150,
            "text": [
                short(loudest) if loudest > 0 else "0",
                short(loudest * 10**-DECADES) if loudest > 0 else "",
            ],
            "textStyle": {"color": ink.quiet, "fontSize": 11},
            "inRange": {"color": list(SCALE)},
        },
        "series": [
            {
                "type": "heatmap",
                "encode": {"x": "row", "y": "frequency", "value": "power"},
                "progressive": 0,
                "emphasis": {"disabled": True},
            }
        ],
    }
