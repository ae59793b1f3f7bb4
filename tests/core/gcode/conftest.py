"""Lines to test with: those of the real recordings, and strategies for any line of G-code."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st

DIGITS = "0123456789"

# A busy machine must not fail a test by being slow.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def recorded_rows(recordings_dir: Path) -> dict[str, pd.DataFrame]:
    """Of each real run, the target and the controller's position, a row each."""
    columns = ["gcode_line", "gcode_string", "posx", "posy", "posz", "coor", "momo"]
    return {
        path.name.removesuffix("_aligned.csv.gz"): pd.read_csv(path, usecols=columns)
        for path in sorted(recordings_dir.glob("*.csv.gz"))
    }


@pytest.fixture(scope="session")
def recorded_lines(recorded_rows: dict[str, pd.DataFrame]) -> list[str]:
    """Every distinct line of the real runs."""
    every = pd.concat([rows["gcode_string"] for rows in recorded_rows.values()])
    return sorted(every.dropna().unique())


@pytest.fixture(scope="session")
def corpus_lines(reference_dir: Path) -> list[str]:
    """The lines that the published vocabulary was built from."""
    return (reference_dir / "vocabulary_corpus.gcode").read_text().splitlines()


def numbers() -> st.SearchStrategy[str]:
    """Numbers as people and CAM programs write them: `1`, `+.5`, `-0.`, `007.250`."""
    whole = st.text(DIGITS, max_size=7)
    fraction = st.text(DIGITS, max_size=7)
    point = st.booleans()
    sign = st.sampled_from(["", "+", "-"])
    return st.builds(_number, sign, whole, point, fraction).filter(lambda text: text.strip("+-.") != "")


def _number(sign: str, whole: str, point: bool, fraction: str) -> str:
    return sign + whole + ("." + fraction if point else "")


def words() -> st.SearchStrategy[str]:
    """One word in either case, perhaps with a blank before its number."""
    letters = st.sampled_from("ABCDEFGHIJKLMPQRSTUVWXYZabcdefghijklmpqrstuvwxyz")
    return st.builds(_word, letters, st.sampled_from(["", " ", "\t"]), numbers())


def _word(letter: str, blank: str, number: str) -> str:
    return letter + blank + (number.lstrip("+-") if letter in "GMTgmt" else number)


def lines(most_words: int = 6) -> st.SearchStrategy[str]:
    """A line of words, with or without blanks, a line number and a comment."""
    joined: Callable[[str, list[str]], str] = str.join
    body = st.builds(joined, st.sampled_from(["", " ", "  "]), st.lists(words(), max_size=most_words))
    head = st.sampled_from(["", "N10 ", "/", "n7"])
    return st.builds("".join, st.tuples(head, body, st.sampled_from(["", " (cut)", " ; x1 g2", "*71"])))
