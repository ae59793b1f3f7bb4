import json
from pathlib import Path

import pytest

from core.gcode import VocabularyError, legacy_vocabulary, load_vocabulary

REFERENCE = "vocabulary_4digit_hybrid.json"


def test_specials_come_first_then_count_then_name() -> None:
    vocabulary = legacy_vocabulary(["G1 X1.5 Y1.5", "X1.5", "Y-0.125 F7.3", "X0.3755 R0.0831 S12000"])
    assert list(vocabulary)[:8] == ["PAD", "BOS", "EOS", "UNK", "MASK", "X", "NUM_X_1500", "Y"]
    assert list(vocabulary.values()) == list(range(len(vocabulary)))
    assert {"NUM_Y_-125", "NUM_F_0007", "NUM_R_0831", "NUM_S_1200", "NUM_X_0376"} <= set(vocabulary)


def test_a_number_that_ends_in_its_point_is_a_malformed_word() -> None:
    assert list(legacy_vocabulary(["G1 Z0. F22."]))[5:] == ["F22.", "G1", "Z0."]


def test_vocabulary_of_the_corpus_equals_the_reference(reference_dir: Path) -> None:
    reference = json.loads((reference_dir / REFERENCE).read_text())["vocab"]
    rebuilt = load_vocabulary(reference_dir / "vocabulary_corpus.gcode")
    assert len(rebuilt) == 668
    assert rebuilt == reference
    assert load_vocabulary(reference_dir / REFERENCE) == reference


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"vocab": 3}',
        '{"vocab": {"PAD": 0, "X": 5}}',
        '{"vocab": {"X": 0, "PAD": 1, "BOS": 2, "EOS": 3, "UNK": 4, "MASK": 5}}',
    ],
)
def test_damaged_vocabulary_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vocabulary.json"
    path.write_text(content)
    with pytest.raises(VocabularyError, match=r"vocabulary\.json"):
        load_vocabulary(path)


def test_missing_vocabulary_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="nowhere"):
        load_vocabulary(tmp_path / "nowhere.json")
