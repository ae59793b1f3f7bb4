import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.gcode import (
    BOS,
    EOS,
    PAD,
    UNK,
    GcodeError,
    Heads,
    SpelledScheme,
    TokenError,
    TokenType,
    quantise,
    scheme_from_json,
)
from core.gcode.heads import Ids
from tests.core.gcode.conftest import lines

SCHEME = SpelledScheme(("G1", "G0", "G92.1", "M30"))
SCHEMES = st.builds(
    SpelledScheme,
    st.lists(st.sampled_from(["G0", "G1", "G2", "G92.1", "M3", "T2"]), unique=True).map(tuple),
    st.integers(1, 9),
)


def previous(ids: Ids) -> Ids:
    first = np.full((*ids.shape[:-1], 1), BOS, dtype=np.int64)
    return np.concatenate([first, ids[..., :-1]], axis=-1)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("X1.5755", "X1.576"),
        ("X1.5745", "X1.574"),
        ("X-0.0004", "X0"),
        ("R0.08315", "R0.0832"),
        ("F7.3", "F7"),
        ("S12004", "S12000"),
        ("G01 X.5", "G1 X0.5"),
        ("G59.34", "G59.3"),
    ],
)
def test_quantise_rounds_half_even_to_the_step_of_the_letter(line: str, text: str) -> None:
    assert quantise(line) == text


def test_a_word_is_its_letter_and_its_number() -> None:
    ids = SCHEME.encode("G1 X-1.575")
    assert [SCHEME.text(token) for token in ids] == ["G1", "X", "-1.575"]
    heads = SCHEME.heads(np.array([*ids, EOS, PAD, BOS]))
    x = SCHEME.letters.index("X")
    assert heads.type.tolist() == [TokenType.COMMAND, TokenType.PARAM, TokenType.NUMERIC, 0, -1, -1]
    assert heads.command.tolist() == [1, -1, -1, -1, -1, -1]
    assert heads.param_type.tolist() == [-1, x, x, -1, -1, -1]
    assert heads.sign.tolist() == [-1, -1, 1, -1, -1, -1]
    assert heads.digits[2].tolist() == [0, 1, 5, 7, 5]
    assert (heads.digits[[0, 1, 3, 4, 5]] == -1).all()


def test_a_value_too_large_for_one_number_is_spelled_with_several() -> None:
    ids = SCHEME.encode("X-1234567.891")
    assert len(ids) == 3
    assert SCHEME.heads(np.array(ids)).sign.tolist() == [-1, 1, 0]
    assert SCHEME.decode(ids) == "X-1234567.891"


def test_an_unknown_command_is_spelled() -> None:
    assert [SCHEME.text(token) for token in SCHEME.encode("G55 M3 T12")] == ["G", "55", "M", "3", "T", "12"]
    assert SCHEME.decode(SCHEME.encode("G38.2 X1")) == "G38.2 X1"


@given(SCHEMES, lines())
def test_every_line_reads_back_to_its_step(scheme: SpelledScheme, line: str) -> None:
    ids = scheme.encode(line)
    assert scheme.decode(ids) == quantise(line)
    assert scheme.decode([BOS, *ids, EOS, 7]) == quantise(line)
    assert UNK not in ids
    assert all(0 < token < scheme.size for token in ids)


@given(SCHEMES, st.lists(lines(3), max_size=4))
def test_heads_name_every_token(scheme: SpelledScheme, batch: list[str]) -> None:
    width = max([7, *(len(scheme.encode(line)) for line in batch)])
    scheme = SpelledScheme(scheme.commands, scheme.n_digits, width)
    ids = scheme.encode_batch(batch)
    heads = scheme.heads(ids)
    assert (scheme.compose(heads, previous(ids)) == ids).all()
    assert heads.digits.shape == (*ids.shape, scheme.n_digits)
    assert scheme.decode_batch(ids) == [quantise(line) for line in batch]


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_any_heads_compose_to_an_id_that_can_be_read(seed: int) -> None:
    rng, sizes = np.random.default_rng(seed), SCHEME.sizes
    heads = Heads(
        rng.integers(0, sizes.types, (8, 9)),
        rng.integers(0, sizes.commands, (8, 9)),
        rng.integers(0, sizes.param_types, (8, 9)),
        rng.integers(0, sizes.signs, (8, 9)),
        rng.integers(0, 10, (8, 9, sizes.digits)),
    )
    ids = SCHEME.compose(heads, np.full((8, 9), BOS))
    assert (ids >= UNK - 1).all()
    SCHEME.decode_batch(ids)
    assert (SCHEME.compose(SCHEME.heads(ids), previous(ids))[ids != UNK] == ids[ids != UNK]).all()


def test_a_composed_zero_has_no_sign() -> None:
    zero = SCHEME.heads(np.array([SCHEME.encode("X0")[1]]))
    signed = Heads(zero.type, zero.command, zero.param_type, zero.sign + 1, zero.digits)
    assert SCHEME.compose(signed, np.array([BOS])).tolist() == [SCHEME.encode("X0")[1]]


def test_ill_formed_ids_are_still_printed() -> None:
    g1, x, number = SCHEME.encode("G1 X1.5")
    y = SCHEME.encode("Y2")[0]
    assert SCHEME.decode([x, y, number]) == "X Y1.5"
    assert SCHEME.decode([number, g1]) == "1.5 G1"
    assert SCHEME.decode([x, UNK]) == "X?"
    assert SCHEME.decode([]) == ""


def test_fit_learns_commands_by_count_and_the_longest_line() -> None:
    scheme = SpelledScheme.fit(["G1 X1 Y2", "G01 X1", "M30", "G3 X1 Y1 R1 F5"])
    assert scheme.commands == ("G1", "G3", "M30")
    assert scheme.width == 9
    assert SpelledScheme.fit(["X1"]).width == 7


def test_a_line_that_does_not_fit_is_named() -> None:
    with pytest.raises(TokenError, match="A1 B2 C3 X4"):
        SCHEME.encode_batch(["X1", "A1 B2 C3 X4"])


def test_what_is_not_gcode_has_no_tokens() -> None:
    with pytest.raises(GcodeError):
        SCHEME.encode("hello")


def test_foreign_ids_are_refused() -> None:
    for wrong in (-1, SCHEME.size):
        with pytest.raises(TokenError):
            SCHEME.heads(np.array([[wrong]]))
        with pytest.raises(TokenError):
            SCHEME.text(wrong)
        with pytest.raises(TokenError):
            SCHEME.decode([wrong])


@pytest.mark.parametrize("commands", [("g1",), ("G1", "G1"), ("X1",), ("G01",), ("",)])
def test_commands_that_are_not_canonical_are_refused(commands: tuple[str, ...]) -> None:
    with pytest.raises(TokenError):
        SpelledScheme(commands)


def test_scheme_survives_json() -> None:
    assert scheme_from_json(json.loads(json.dumps(SCHEME.to_json()))) == SCHEME


@pytest.mark.parametrize(
    "obj", [{}, {"name": "other"}, {"name": "spelled"}, {"name": "spelled", "commands": 3}]
)
def test_damaged_json_is_refused(obj: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        scheme_from_json(obj)


def test_all_recorded_lines_round_trip(recorded_lines: list[str]) -> None:
    scheme = SpelledScheme.fit(recorded_lines)
    ids = scheme.encode_batch(recorded_lines)
    assert (scheme.compose(scheme.heads(ids), previous(ids)) == ids).all()
    assert scheme.decode_batch(ids) == [quantise(line) for line in recorded_lines]
    assert not (ids == UNK).any()


def test_batches_of_a_dataset_are_quick() -> None:
    values = np.random.default_rng(0).integers(-5000, 5000, (2300, 2)) / 1000
    batch = [f"G1 X{x} Y{y}" for x, y in values] * 26
    start = time.perf_counter()
    ids = SCHEME.encode_batch(batch)
    SCHEME.compose(SCHEME.heads(ids), previous(ids))
    assert len(ids) > 59_000
    assert time.perf_counter() - start < 2
