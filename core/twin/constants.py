"""The constants of the twin, read from one documented table: `constants.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Vector = tuple[float, float, float]
Axis = Literal["x", "y", "z"]
AXES: tuple[Axis, ...] = ("x", "y", "z")
BOARDS = "boards"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Motion(_Part):
    """How fast the axes X, Y and Z move and turn corners: mm, s."""

    max_speed: Vector
    max_jerk: Vector
    junction_acceleration: float
    junction_deviation: float
    arc_acceleration: float
    travel: Vector


class Controller(_Part):
    """When the controller reports, and what it does before and after the program: s, mm, lines."""

    report_period: float
    idle_period: float
    log_jitter: float
    late_share: float
    late_by: float
    queue_lines: float
    queue_lines_per_report: float
    spin_up_dwell: float
    spin_down_dwell: float
    idle_rows: float
    work_offset: Vector
    work_offset_150025: Vector
    park: Vector


class Spindle(_Part):
    """The spindle: rpm, s."""

    speed: float
    time_constant: float
    slip: float
    start_delay: float
    flutes: float
    bearing_order: float


class Cutting(_Part):
    """Tool and stock: mm, J/mm3."""

    tool_radius: float
    tool_radius_150025: float
    specific_energy: float
    stock: tuple[float, float]
    cell: float
    step: float


class Inertial(_Part):
    """Accelerometers and gyroscopes: g, deg/s."""

    gravity: float
    acceleration_noise: float
    rotation_vibration: float
    tooth_vibration: float
    worn_vibration: float
    frame_reaction: float
    rate_noise: float
    rate_bias: float
    rate_per_acceleration: float
    rate_per_vibration: float
    acceleration_step: float
    rate_step: float


class Magnetic(_Part):
    """Magnetometers: counts, mm."""

    earth: float
    noise: float
    missed: float
    spindle_moment: float
    bed_moment: float
    carriage_moment: float
    motor_ripple: float
    nearest: float


class Magnets(_Part):
    """Where the moving magnets and the motors are, what carries them, where the moments point: mm."""

    spindle: Vector
    spindle_carried: Vector
    spindle_points: Vector
    bed: Vector
    bed_carried: Vector
    bed_points: Vector
    carriage: Vector
    carriage_carried: Vector
    carriage_points: Vector
    x_motor: Vector
    y_motor: Vector


class Optical(_Part):
    """Proximity and colour: counts, mm."""

    full_scale: float
    half_distance: float
    proximity_noise: float
    light: float
    red: float
    green: float
    blue: float
    light_noise: float
    flicker: float
    flicker_rate: float
    shadow_width: float
    gantry: float
    tint: float


class Sound(_Part):
    """Microphones: levels without a unit."""

    background: float
    spindle: float
    cutting: float
    motion: float
    worn: float
    scatter: float
    by_day: float
    gain: float
    memory: float


class Ambient(_Part):
    """Weather and room: kPa, degC, s."""

    pressure: float
    pressure_by_day: float
    pressure_drift: float
    pressure_noise: float
    pressure_step: float
    temperature: float
    temperature_by_day: float
    self_heating: float
    self_heating_time: float
    temperature_noise: float
    temperature_step: float
    light_by_day: float
    field_by_day: float
    pause: float
    board_pressure: float
    board_temperature: float


class Day(_Part):
    """The timetable of a day: s."""

    morning: float
    run: float
    warm_up: float
    late_by: float


class FaultSizes(_Part):
    """How large a fault is where there is one: s, shares."""

    frozen_from: tuple[float, float]
    stuck_within: float
    lag: float
    jitter: float
    dropped: float


class Electrical(_Part):
    """Hall sensors on the motors' supply: V."""

    spindle: float
    axis: float
    spindle_noise: float
    axis_noise: float
    spindle_per_watt: float
    axis_per_speed: float
    axis_per_acceleration: float


class Sampling(_Part):
    """When the boards take their samples: s."""

    period: float
    period_spread: float
    jitter: float


class Board(_Part):
    """One sensor board at its place; every field is explained in `constants.toml`."""

    at: Vector
    carried: Vector = (0.0, 0.0, 0.0)
    tilt: tuple[float, float] = (0.0, 0.0)
    gain: float = 1.0
    faces: Axis | None = None
    near: float = 40.0
    slope: float = 0.0
    unseen: float = 0.0
    light: float = 1.0
    shade: float = 0.0
    heat: float = 0.0
    field: float = 1.0
    muffled: float = 1.0


class Constants(_Part):
    """Every constant of the twin."""

    motion: Motion
    controller: Controller
    spindle: Spindle
    cutting: Cutting
    inertial: Inertial
    magnetic: Magnetic
    magnets: Magnets
    optical: Optical
    sound: Sound
    ambient: Ambient
    day: Day
    faults: FaultSizes
    electrical: Electrical
    sampling: Sampling
    boards: dict[str, Board]


class Row(NamedTuple):
    """One constant as the table shows it."""

    name: str
    value: float | list[float]
    unit: str
    source: str


@cache
def constants() -> Constants:
    """The twin's constants."""
    values: dict[str, Any] = {
        section: table if section == BOARDS else {name: each["value"] for name, each in table.items()}
        for section, table in _document().items()
    }
    return Constants.model_validate(values)


def table() -> list[Row]:
    """Every constant but the boards', in the order of the file."""
    return [
        Row(f"{section}.{name}", each["value"], each["unit"], each["source"])
        for section, rows in _document().items()
        if section != BOARDS
        for name, each in rows.items()
    ]


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(files("core.twin").joinpath("constants.toml").read_text(encoding="utf-8"))
