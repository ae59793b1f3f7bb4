"""Small made-up recordings in formats that other machines and public data sets use, the same on every machine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

AXES = ("X1", "Y1", "Z1", "S1")
PROCESSES = ("Prep", "Layer 1 Up", "Layer 1 Down", "end")


def tool_wear(folder: Path, runs: int = 6, rows: int = 240) -> Path:
    """Drives of a CNC mill each 100 ms without a clock, their answer among them, and the process as a text."""
    for run in range(1, runs + 1):
        rng = np.random.default_rng(run)
        path = _walk(rng, rows)
        columns: dict[str, object] = {}
        for place, axis in enumerate(AXES):
            move = path[:, place % 3]
            for kind in ("Actual", "Command"):
                jitter = rng.normal(0, 0.01, rows) if kind == "Actual" else 0
                columns[f"{axis}_{kind}Position"] = (move + jitter).round(3)
                columns[f"{axis}_{kind}Velocity"] = (np.gradient(move) * 10 + jitter).round(3)
                columns[f"{axis}_{kind}Acceleration"] = (rng.normal(0, 5, rows)).round(2)
            columns[f"{axis}_CurrentFeedback"] = rng.normal(0.2 * place, 1.5, rows).round(3)
            columns[f"{axis}_DCBusVoltage"] = rng.normal(0.05, 0.01, rows).round(4)
            columns[f"{axis}_OutputCurrent"] = rng.normal(327, 1, rows).round(0)
            columns[f"{axis}_OutputVoltage"] = rng.normal(5, 2, rows).round(2)
            columns[f"{axis}_OutputPower"] = rng.normal(0.01, 0.01, rows).round(5)
        columns["S1_SystemInertia"] = 12.0
        columns["M1_CURRENT_PROGRAM_NUMBER"] = 1.0
        columns["M1_sequence_number"] = np.repeat(np.arange(rows // 10), 10)[:rows].astype(float)
        columns["M1_CURRENT_FEEDRATE"] = np.where(np.arange(rows) < rows // 2, 50.0, 3.0)
        columns["Machining_Process"] = np.repeat(PROCESSES, rows // 4)
        _write(pd.DataFrame(columns), folder / f"experiment_{run:02d}.csv")
    return folder


def drives(folder: Path, rows: int = 1200, each: int = 3) -> Path:
    """Signals of a control at 500 Hz: an index without a name, bars in names, line ends of CR alone."""
    for place, operation in enumerate(("Gear", "Notch", "Plate")):
        for run in range(1, each + 1):
            rng = np.random.default_rng(10 * place + run)
            path = np.repeat(_walk(rng, rows // 10), 10, axis=0)
            columns: dict[str, object] = {"CYCLE": np.arange(rows) + 700}
            columns["TIME"] = (np.arange(rows) * 0.002).round(3)
            for axis in (1, 2, 3, 6):
                move = path[:, axis % 3]
                for name in ("DES_POS", "ENC1_POS", "ENC2_POS", "CTRL_POS"):
                    columns[f"{name}|{axis}"] = (move + rng.normal(0, 1e-4, rows)).round(5)
                for name in ("CTRL_DIFF", "VEL_FFW", "TORQUE_FFW", "CONT_DEV", "CMD_SPEED"):
                    columns[f"{name}|{axis}"] = rng.normal(0, 1, rows).round(5)
                for name, size in (("CURRENT", 2.0), ("TORQUE", 0.8), ("POWER", 40.0), ("LOAD", 10.0)):
                    columns[f"{name}|{axis}"] = rng.normal(place, size, rows).round(5)
                columns[f"TEMPERATURE|{axis}"] = 31.0 + axis + np.arange(rows) // 400 / 10
            frame = pd.DataFrame(columns)
            file = folder / f"{operation}_{run}.csv"
            frame.to_csv(_made(file), index=True, lineterminator="\r")
    return folder


def vibration(folder: Path, rows: int = 4000) -> Path:
    """Three accelerations and nothing else, no header and no clock; the name tells machine, month and operation."""
    for operation in ("OP00", "OP02"):
        for run in range(3):
            rng = np.random.default_rng(run + 100 * int(operation[2:]))
            frame = pd.DataFrame(rng.normal(0, 80, (rows, 3)).round(0) + np.array([0, 0, 980]))
            frame.to_csv(_made(folder / f"M01_Aug_2019_{operation}_{run:03d}.csv"), header=False, index=False)
    return folder


def dynamometer(folder: Path, rows: int = 2000) -> Path:
    """Seven columns of numbers without a header."""
    for run in range(1, 4):
        rng = np.random.default_rng(run)
        frame = pd.DataFrame(rng.normal(0, 1, (rows, 7)).round(4))
        frame.to_csv(_made(folder / f"c_1_{run:03d}.csv"), header=False, index=False)
    return folder


def german(folder: Path, rows: int = 300) -> Path:
    """Semicolons, decimal commas, latin-1, units in brackets."""
    for place, operation in enumerate(("schruppen", "schlichten")):
        for run in (1, 2):
            rng = np.random.default_rng(10 * place + run)
            path = _walk(rng, rows)
            frame = pd.DataFrame(
                {
                    "Zeit [ms]": np.arange(rows) * 50,
                    "Strom X [A]": rng.normal(2, 0.3, rows).round(3),
                    "Strom Y [A]": rng.normal(1, 0.3, rows).round(3),
                    "Körperschall [g]": rng.normal(0, 0.1, rows).round(4),
                    "Temperatur Kühlmittel [°C]": (21 + np.arange(rows) / 1000).round(2),
                    "Lage X [mm]": path[:, 0].round(3),
                    "Sollwert Vorschub [mm/min]": 500.0,
                }
            )
            file = _made(folder / f"{operation}_{run}.csv")
            frame.to_csv(file, index=False, sep=";", decimal=",", encoding="latin-1", lineterminator="\r\n")
    return folder


def logger(folder: Path, rows: int = 200) -> Path:
    """Tabs, a preamble of its own length, a row of units, date-times."""
    for place, operation in enumerate(("drill", "mill")):
        for run in (1, 2):
            rng = np.random.default_rng(10 * place + run)
            stamps = pd.date_range("2024-05-01 10:00", periods=rows, freq="200ms")
            frame = pd.DataFrame(
                {
                    "Timestamp": stamps.strftime("%d.%m.%Y %H:%M:%S.%f").str[:-3],
                    "Spindle_Vib_x": rng.normal(0, 1, rows).round(4),
                    "Spindle_Vib_y": rng.normal(0, 1, rows).round(4),
                    "Table_Vib_x": rng.normal(0, 1, rows).round(4),
                    "Table_Vib_y": rng.normal(0, 1, rows).round(4),
                    "Spindle_Current": rng.normal(4, 0.5, rows).round(3),
                }
            )
            text = frame.to_csv(index=False, sep="\t", lineterminator="\n")
            header, rest = text.split("\n", 1)
            units = "\t".join(["", "g", "g", "g", "g", "A"])
            preamble = "Logger\tX200\nSerial\t4711\n\n"
            _made(folder / f"{operation}_{run}.txt").write_text(f"{preamble}{header}\n{units}\n{rest}")
    return folder


FORMATS: dict[str, Callable[[Path], Path]] = {
    one.__name__: one for one in (tool_wear, drives, vibration, dynamometer, german, logger)
}


def _walk(rng: np.random.Generator, rows: int) -> NDArray[np.float64]:
    """A path of three axes that rests and moves, [rows, 3]."""
    moves = np.where(rng.random((rows, 3)) < 0.7, rng.normal(0, 1, (rows, 3)).round(2), 0)
    return 100 + np.cumsum(moves, axis=0)


def _made(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _write(frame: pd.DataFrame, file: Path) -> None:
    frame.to_csv(_made(file), index=False)
