"""The token table: truth above what was read, token under token, with confidence, alternatives and heads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.gcode import Scheme
from core.model.prediction import Prediction
from dashboard.alignment import END, Column, Slot, Token, align, in_words, read_tokens, verdict
from dashboard.token_heads import heads_of, in_short

FRONTEND = Path(__file__).parent / "frontend"
Json = dict[str, Any]

_table = st.components.v2.component(
    "toolmark_tokens",
    html='<div class="tokens"></div>',
    css=(FRONTEND / "tokens.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "tokens.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Truth:
    """The true line: its tokens, their ids in the bundle's scheme, a note, the unit of its lengths."""

    tokens: tuple[Token, ...]
    ids: tuple[int, ...]
    note: str
    length_unit: str | None = None


@dataclass(frozen=True)
class Reading:
    """One prediction as a row of the table: its name, a note under the name, and how its tokens are called in links.

    by_position: its tokens answer the true ones one by one, whatever they are (teacher forcing); given: so many of its
    first tokens were not chosen but given.
    """

    name: str
    note: str
    prediction: Prediction
    ref: str = "read"
    by_position: bool = False
    given: int = 0


@dataclass(frozen=True)
class _Row:
    """A reading laid under the others: the place of its token in each column, None where it has none."""

    reading: Reading
    tokens: tuple[Token, ...]
    places: tuple[int | None, ...]


def show(table: Json, key: str, on_pick: Callable[[], None]) -> None:
    """Draw a table that `table_of` made. `st.session_state[key].pick` is the token clicked, as links call it."""
    _table(data=table, key=key, height="content", on_pick_change=on_pick)


def table_of(
    scheme: Scheme, truth: Truth | None, readings: Sequence[Reading], pinned: str | None = None
) -> Json:
    """What the browser needs to draw the table; the first reading is what later ones are compared with.

    pinned: the token whose detail is open, "2" or "changed-2"; where there is none such, the least sure one.
    """
    columns, laid = _laid(truth, readings)
    rows: list[Json] = []
    if truth is not None:
        cells = [_true_cell(_at(truth.tokens, column.places[0])) for column in columns]
        rows.append({"kind": "truth", "name": "Truth", "note": truth.note, "cells": cells})
    for row in laid:
        cells = [_read_cell(scheme, columns[c], truth, laid[0], row, c) for c in range(len(columns))]
        rows.append({"kind": "read", "name": row.reading.name, "note": row.reading.note, "cells": cells})
    label = "Tokens: " + ", ".join(row["name"] for row in rows)
    found = {cell["ref"] for row in rows for cell in row["cells"] if cell and "ref" in cell}
    opened = pinned if pinned in found else least_sure(readings)
    return {"label": label, "words": _word_numbers(columns), "rows": rows, "pinned": opened}


def least_sure(readings: Sequence[Reading]) -> str:
    """The token of the first reading that is worth opening first: the least sure one."""
    for reading in readings[:1]:
        places = [(token.confidence, place) for place, token in enumerate(reading.prediction.tokens)]
        if places:
            return ref_of(reading, min(places)[1])
    return ""


def ref_of(reading: Reading, place: int) -> str:
    """How links call a token: its place in the line read, another reading's with that one's name before it."""
    return str(place) if reading.ref == "read" else f"{reading.ref}-{place}"


def _laid(truth: Truth | None, readings: Sequence[Reading]) -> tuple[tuple[Column, ...], list[_Row]]:
    lines = [read_tokens(reading.prediction) for reading in readings]
    freely = [line for reading, line in zip(readings, lines, strict=True) if not reading.by_position]
    columns = align(*([truth.tokens] if truth is not None else []), *freely)
    offset, rows = int(truth is not None), []
    for reading, line in zip(readings, lines, strict=True):
        if reading.by_position:
            places = tuple(column.places[0] for column in columns)
        else:
            places = tuple(column.places[offset] for column in columns)
            offset += 1
        rows.append(_Row(reading, line, places))
    return columns, rows


def _word_numbers(columns: Sequence[Column]) -> list[int]:
    """Which word each column belongs to, so that a letter and its number stand together."""
    numbers: list[int] = []
    for column in columns:
        joins = column.slot.kind == "number" and bool(numbers)
        numbers.append(numbers[-1] if joins else (numbers[-1] + 1 if numbers else 0))
    return numbers


def _at(tokens: Sequence[Token], place: int | None) -> Token | None:
    return None if place is None else tokens[place]


def _true_cell(token: Token | None) -> Json | None:
    return None if token is None else {"text": token.text, "kind": token.kind}


def _read_cell(
    scheme: Scheme, column: Column, truth: Truth | None, first: _Row, row: _Row, c: int
) -> Json | None:
    true_place = column.places[0] if truth is not None else None
    true = _at(truth.tokens, true_place) if truth is not None else None
    read = _at(row.tokens, row.places[c])
    found = verdict(true, read, has_truth=truth is not None)
    place = row.places[c]
    if place is not None and place < row.reading.given:
        return _given_cell(_token_cell(scheme, row, c, column.slot, true, _id_at(truth, true_place)))
    compared = row is not first and not row.reading.by_position
    changed = _change(_at(first.tokens, first.places[c]), read) if compared else ""
    unit = truth.length_unit if truth is not None else None
    says = in_words(true, read, found, column.slot.letter, unit) if truth is not None else ""
    if read is None:
        if true is None and not changed:
            return None
        empty = {"text": "", "kind": column.slot.kind, "verdict": found if true else "same"}
        return empty | {"says": says if true else ""} | _said(changed)
    true_id = _id_at(truth, true_place)
    return (
        _token_cell(scheme, row, c, column.slot, true, true_id)
        | {"verdict": found, "says": says}
        | _said(changed)
    )


def _id_at(truth: Truth | None, place: int | None) -> int | None:
    return truth.ids[place] if truth is not None and place is not None else None


def _given_cell(cell: Json) -> Json:
    """A token that was not chosen: neither right nor wrong, and its share is what the model would have given it."""
    return cell | {"verdict": "given", "says": "", "changed": "given"}


def _token_cell(
    scheme: Scheme, row: _Row, c: int, slot: Slot, true: Token | None, true_id: int | None
) -> Json:
    place = row.places[c]
    assert place is not None
    token, read, name = row.reading.prediction.tokens[place], row.tokens[place], _slot_name(slot)
    heads = heads_of(scheme, token, true_id)
    alternatives = [[END if text == "EOS" else text, share] for text, share in token.alternatives]
    ends = read.kind == "end"
    return {
        "ref": ref_of(row.reading, place),
        "text": read.text,
        "kind": token.kind,
        "confidence": token.confidence,
        "alternatives": alternatives,
        "heads": heads,
        "short": in_short(heads),
        "truth": true.text if true else None,
        "title": f"{row.reading.name}: {'end of the line' if ends else f'{name} {read.text}'}",
        "label": f"{row.reading.name}, {name} {read.text}, {token.confidence:.0%} sure",
    }


def _change(before: Token | None, now: Token | None) -> str:
    if before == now:
        return ""
    if before is None:
        return "new"
    return f"was {before.text}" if now is not None else "gone"


def _said(changed: str) -> Json:
    return {"changed": changed} if changed else {}


def _slot_name(slot: Slot) -> str:
    return {"number": f"number of {slot.letter}", "unknown": "token"}.get(slot.kind, slot.kind)


def flips(table: Json, name: str) -> tuple[int, int]:
    """How many columns of a row differ from the first reading's, and how many columns either has."""
    first = next(row for row in table["rows"] if row["kind"] == "read")
    row = next(row for row in table["rows"] if row["name"] == name)
    cells = list(zip(first["cells"], row["cells"], strict=True))
    asked = [now for before, now in cells if (before and before["text"]) or (now and now["text"])]
    given = sum(bool(now and now.get("verdict") == "given") for now in asked)
    return sum(bool(now and now.get("changed")) for now in asked) - given, len(asked) - given
