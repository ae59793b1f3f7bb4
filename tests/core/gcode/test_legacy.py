import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.gcode import (
    BOS,
    EOS,
    MASK,
    PAD,
    UNK,
    Heads,
    LegacyScheme,
    TokenError,
    TokenType,
    canonical,
    legacy_vocabulary,
    load_vocabulary,
    parse_line,
    scheme_from_json,
)
from core.gcode.vocabulary import PRECISION

SMALL = LegacyScheme(
    legacy_vocabulary(
        ["G0 X1.5 Y-0.125 Z0.", "G2 X0 Y1.65 R0.375", "G53 G0 Z0.6 F22.", "G1 X1.65 F7.3", "G3 X1.5", "M30"]
    )
)


def ids_of(scheme: LegacyScheme, prefix: tuple[str, ...]) -> list[int]:
    return [index for token, index in scheme.vocabulary.items() if token.startswith(prefix)]


def sequences(scheme: LegacyScheme) -> st.SearchStrategy[list[int]]:
    """Every sequence that encoding can give: commands, malformed words, letters with a number or UNK."""
    heads = scheme.heads(np.arange(scheme.size))
    letters = ids_of(scheme, tuple("XYZRF"))
    letters = [index for index in letters if heads.type[index] == TokenType.PARAM]
    numbers = ids_of(scheme, ("NUM_",))
    named = np.flatnonzero(heads.type >= TokenType.COMMAND).tolist()
    alone = [index for index in named if index not in letters and index not in numbers]
    word = st.sampled_from(alone).map(lambda index: [index]) | st.tuples(
        st.sampled_from(letters), st.sampled_from([*numbers, UNK])
    ).map(list)
    return st.lists(word, max_size=4).map(lambda words: [token for word in words for token in word])


def composed(scheme: LegacyScheme, ids: list[int]) -> list[int]:
    array = np.array(ids, dtype=np.int64)
    again: list[int] = scheme.compose(scheme.heads(array), np.array([BOS, *ids])[: len(ids)]).tolist()
    return again


def test_sizes_are_the_published_ones() -> None:
    sizes = SMALL.sizes
    assert (sizes.types, sizes.commands, sizes.param_types, sizes.digits) == (4, 6, 10, 4)
    assert SMALL.width == 7


@given(sequences(SMALL))
def test_heads_name_every_token_that_encoding_gives(ids: list[int]) -> None:
    assert composed(SMALL, [*ids, EOS, PAD]) == [*ids, EOS, PAD]


def test_the_command_without_a_class_is_g2() -> None:
    g2 = SMALL.vocabulary["G2"]
    heads = SMALL.heads(np.array([g2]))
    assert (heads.type[0], heads.command[0]) == (TokenType.COMMAND, 0)
    assert composed(SMALL, [g2]) == [g2]


def test_malformed_words_are_numbers_with_their_own_letter() -> None:
    heads = SMALL.heads(np.array([SMALL.vocabulary["Z0."], SMALL.vocabulary["F22."]]))
    assert heads.type.tolist() == [TokenType.NUMERIC] * 2
    assert [SMALL.letters[index] for index in heads.param_type] == ["Z", "F"]
    assert heads.digits.tolist() == [[0, 0, 0, 0], [0, 0, 2, 2]]


def test_heads_of_a_negative_number() -> None:
    heads = SMALL.heads(np.array([SMALL.vocabulary["NUM_Y_-125"], PAD, BOS, MASK, UNK]))
    assert heads.sign.tolist() == [1, -1, -1, -1, -1]
    assert heads.digits[0].tolist() == [0, 1, 2, 5]
    assert heads.type.tolist() == [TokenType.NUMERIC, -1, -1, -1, TokenType.SPECIAL]


def test_special_after_a_letter_is_unk_elsewhere_the_end() -> None:
    x, number = SMALL.vocabulary["X"], SMALL.vocabulary["NUM_X_1500"]
    heads = SMALL.heads(np.array([EOS, UNK, EOS]))
    assert SMALL.compose(heads, np.array([x, number, BOS])).tolist() == [UNK, EOS, EOS]


def test_a_number_that_the_vocabulary_lacks_is_unk() -> None:
    x = SMALL.vocabulary["X"]
    seen = SMALL.heads(np.array([SMALL.vocabulary["NUM_X_1500"]]))
    other = Heads(seen.type, seen.command, seen.param_type, seen.sign, seen.digits + 1)
    assert SMALL.compose(other, np.array([x])).tolist() == [UNK]
    assert SMALL.compose(seen, np.array([BOS])).tolist() == [UNK]


def test_encode_cuts_off_and_knows_no_other_value() -> None:
    assert [SMALL.text(token) for token in SMALL.encode("G2 X1.5 Y1.65 R0.375 F7.3")] == [
        *("G2", "X", "1.5", "Y", "1.65", "R", "0.375")
    ]
    assert SMALL.decode(SMALL.encode("G1 X9.9 Y1.65 F40.")) == "G1 X? Y1.65 ?"
    assert SMALL.encode_batch(["X1.5", ""]).tolist()[1] == [PAD] * 7


def test_decode_prints_malformed_words_canonically() -> None:
    assert SMALL.decode(SMALL.encode("G53 G0 Z0.")) == "G53 G0 Z0"
    number = SMALL.vocabulary["NUM_X_1500"]
    assert SMALL.decode([BOS, number, EOS, number]) == "1.5"


def test_scheme_survives_json() -> None:
    again = scheme_from_json(json.loads(json.dumps(SMALL.to_json())))
    assert again == SMALL


def test_wrong_vocabulary_and_foreign_ids_are_refused() -> None:
    with pytest.raises(TokenError):
        LegacyScheme({"X": 0})
    with pytest.raises(TokenError):
        SMALL.heads(np.array([SMALL.size]))
    with pytest.raises(TokenError):
        SMALL.decode([SMALL.size])


def test_all_corpus_lines_round_trip(reference_dir: Path, corpus_lines: list[str]) -> None:
    scheme = LegacyScheme(load_vocabulary(reference_dir / "vocabulary_4digit_hybrid.json"))
    ids = scheme.encode_batch(corpus_lines)
    assert scheme.size == 668
    assert not (ids == UNK).any()
    previous = np.concatenate([np.full((len(ids), 1), BOS), ids[:, :-1]], axis=1)
    assert (scheme.compose(scheme.heads(ids), previous) == ids).all()
    for line, text in zip(corpus_lines, scheme.decode_batch(ids), strict=True):
        # The published rounding is done in binary floats, so that ties may fall to the other side.
        for read, written in zip(parse_line(text).words, parse_line(line).words, strict=False):
            assert read.letter == written.letter
            assert abs(float(read.value - written.value)) <= 0.5 * PRECISION.get(read.letter, 1) + 1e-9


def test_every_vocabulary_token_has_its_own_heads(reference_dir: Path) -> None:
    scheme = LegacyScheme(load_vocabulary(reference_dir / "vocabulary_4digit_hybrid.json"))
    heads = scheme.heads(np.arange(scheme.size))
    x = scheme.vocabulary["X"]
    for token, index in scheme.vocabulary.items():
        if index > MASK:
            before = np.array([x if token.startswith("NUM_") else BOS])
            assert scheme.compose(heads.take(np.array([index])), before).tolist() == [index], token
    assert canonical("Z0.") == scheme.text(scheme.vocabulary["Z0."])
