"""A described table of any shape is read back as it was written."""

import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.recordings.describe import commented_toml, guess
from core.recordings.describe.lexicon import meaning, words
from core.recordings.describe.sniff import sniff
from core.recordings.machine import Machine
from core.recordings.parts import FileFormat
from core.recordings.reader import read_recording
from core.recordings.store import import_runs
from core.recordings.table import Table

LETTERS = string.ascii_letters + string.digits + string.punctuation + " äöüßÄÖÜé°µ"
NAME = st.text(st.sampled_from(LETTERS), min_size=1, max_size=12)
NAMES = st.lists(
    NAME.map(str.strip).filter(lambda name: name.strip("# ") == name != ""),
    min_size=1,
    max_size=5,
    unique=True,
)


def _no_utf8(name: str) -> bool:
    try:
        name.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


@settings(deadline=None, max_examples=60)
@given(
    names=NAMES,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    signs=st.sampled_from([(",", "."), (";", ","), (";", "."), ("\t", "."), ("\t", ","), ("|", ".")]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
    seed=st.integers(0, 1000),
)
def test_a_described_table_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    names: list[str],
    end: str,
    signs: tuple[str, str],
    encoding: str,
    seed: int,
) -> None:
    # a name whose letters in latin-1 are also letters in UTF-8 can rightly be read as the latter
    assume(encoding != "latin-1" or all(name.isascii() or _no_utf8(name) for name in names))
    folder = tmp_path_factory.mktemp("any")
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"{name} [A]": rng.normal(0, 1, 80).round(3) for name in names})
    frame.insert(0, "time [s]", np.arange(80) / 4)
    # whatever the other names say, this is a sensor
    frame["own current [A]"] = rng.normal(0, 1, 80).round(3)
    file = folder / "a_1.csv"
    delimiter, decimal = signs
    frame.to_csv(file, index=False, sep=delimiter, decimal=decimal, lineterminator=end, encoding=encoding)
    proposal = guess([file])
    assert proposal.wrong == ()
    machine = Machine.from_toml(commented_toml(proposal))
    read = read_recording(file, machine)
    np.testing.assert_allclose(read.time_s, frame["time [s]"])
    for name in machine.channels:
        column = machine.column_of(name)
        np.testing.assert_allclose(read.channel(name), frame[column], rtol=1e-6, atol=1e-6)
    known = set(machine.columns)
    assert known == set(frame.columns)
    stored = import_runs([file], folder / "store", machine).recording("a_1")
    np.testing.assert_array_equal(stored.values, read.values)


@pytest.mark.parametrize(
    ("text", "delimiter", "header"),
    [
        ("t,a b\n0,1\n1,2\n2,3\n", ",", True),
        ("0.1,1.5\n0.2,2.5\n0.3,3.5\n", ",", False),
        ("# a tool\n# of 2020\nt;a\n0;1\n1;2\n2;3\n", ";", True),
        ("# t a\n0 1\n1 2\n2 3\n", " ", True),
        ("sep=;\nt;a\n0,5;1,5\n1,0;2,5\n", ";", True),
    ],
)
def test_the_format_of_a_text(tmp_path: Path, text: str, delimiter: str, header: bool) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    found = sniff(file)
    assert (found.form.delimiter, found.form.header) == (delimiter, header)
    read = pd.DataFrame(next(_table(file, found.form)))
    assert list(read.columns) == list(found.names)
    assert len(read) >= 2
    assert all(kind.kind in "if" for kind in read.dtypes)


def _table(file: Path, form: FileFormat) -> Iterator[pd.DataFrame]:
    return Table(file, form).parts()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("X1_OutputCurrent", ["x", "1", "output", "current"]),
        ("DCBusVoltage", ["dc", "bus", "voltage"]),
        ("ENC1_POS|2", ["enc", "1", "pos", "2"]),
        ("Körperschall [g]", ["koerperschall"]),
    ],
)
def test_the_words_of_a_name(name: str, parts: list[str]) -> None:
    assert words(name) == parts


@pytest.mark.parametrize(
    ("name", "role", "modality"),
    [
        ("smcAC", "side", "motor_current"),
        ("vib_spindle", "side", "vibration"),
        ("AE_table", "side", "acoustic_emission"),
        ("Fx", "side", "force"),
        ("spindle_load", "side", "load"),
        ("acc_x", "side", "accelerometer_x"),
        ("Temperature setpoint", "controller", "controller"),
        ("SpindleSpeed [rpm]", "controller", "controller"),
        ("ActualPosition", "controller", "position"),
        ("x_pos", "controller", "position"),
        ("Feedrate", "controller", "controller"),
        ("Program_Line", "controller", "controller"),
        ("Leistung [kW]", "side", "power"),
        ("Luftfeuchte", "ambient", "humidity"),
    ],
)
def test_what_a_name_says(name: str, role: str, modality: str) -> None:
    said = meaning(name)
    assert said is not None
    assert (said.role, said.modality) == (role, modality)


def test_a_name_that_says_nothing() -> None:
    assert meaning("foo") is None
