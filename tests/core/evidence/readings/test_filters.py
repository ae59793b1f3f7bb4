import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.readings.filters import FIELDS, NO, YES, Filter, parse

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=12
)
BOUND = st.none() | st.floats(0, 5000).map(lambda value: round(value, 6))


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    """Any filter that a person could mean."""
    choices, ranges = [], []
    for name in draw(st.lists(st.sampled_from(list(FIELDS)), unique=True, max_size=5)):
        if FIELDS[name].kind == "range":
            ranges.append((name, (draw(BOUND), draw(BOUND))))
        else:
            values = st.sampled_from([YES, NO]) if FIELDS[name].kind == "flag" else TEXTS
            choices.append((name, tuple(draw(st.lists(values, min_size=1, max_size=3)))))
    return Filter(tuple(choices), tuple(ranges), draw(st.just("") | TEXTS))


@given(filters())
def test_a_filter_written_and_read_is_the_same(wanted: Filter) -> None:
    parsed = parse(str(wanted))
    assert parsed.filter == wanted
    assert not parsed.problems


@given(st.text(max_size=60))
def test_whatever_a_link_says_is_no_error(text: str) -> None:
    again = parse(str(parse(text).filter))
    assert again.filter == parse(text).filter


def test_what_people_write_is_understood() -> None:
    text = 'G1 operation:face,pocket X1 exact:no confidence:0.8- tag:"ambiguous label" mm:-2 row:64'
    found = parse(text).filter
    assert found.text == "G1 X1"
    assert found.values("operation") == ("face", "pocket")
    assert found.values("tag") == ("ambiguous label",)
    assert (found.bounds("confidence"), found.bounds("mm"), found.bounds("row")) == (
        (0.8, None),
        (None, 2.0),
        (64.0, 64.0),
    )
    assert str(found).endswith("confidence:0.8- mm:-2 row:64-64 G1 X1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour:red", "“colour:” is nothing to filter by; there are result"),
        ("exact:maybe", "neither yes nor no"),
        ("confidence:high", "write confidence:0.8-1"),
        ("tag:", "asks for nothing"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_is_kept(text: str, said: str) -> None:
    found = parse(f"operation:face {text}")
    assert said in found.problems[0]
    assert found.filter == Filter((("operation", ("face",)),))


def test_a_value_is_added_and_taken_away() -> None:
    once = Filter().toggled("operation", "face")
    assert once.values("operation") == ("face",)
    assert not once.toggled("operation", "face")
    assert str(once.with_bounds("purity", 0.5, None).without("operation")) == "purity:0.5-"
