"""The token table: truth above what was read, token under token, with confidence and alternatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.model.prediction import Prediction, TokenPrediction
from dashboard.alignment import END, Column, Slot, Token, align, in_words, read_tokens, verdict

FRONTEND = Path(__file__).parent / "frontend"
_HEADS = {
    "command": ("type", "command"),
    "letter": ("type", "param_type"),
    "number": ("type", "param_type", "sign"),
    "end": ("type",),
    "unknown": ("type",),
}
_HEAD_NAMES = {"param_type": "letter"}
_SIGNS = ("+", "−")
Json = dict[str, Any]

_table = st.components.v2.component(
    "toolmark_tokens",
    html='<div class="tokens"></div>',
    css=(FRONTEND / "tokens.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "tokens.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Reading:
    """One prediction as a row of the table: its name, and a note under the name."""

    name: str
    note: str
    prediction: Prediction


def show(table: Json, key: str) -> None:
    """Draw a table that `table_of` made."""
    _table(data=table, key=key, height="content")


def table_of(truth: Sequence[Token] | None, truth_note: str, readings: Sequence[Reading]) -> Json:
    """What the browser needs to draw the table; the first reading is what later ones are compared with."""
    lines = [read_tokens(reading.prediction) for reading in readings]
    columns = align(*([truth] if truth is not None else []), *lines)
    words = _word_numbers(columns)
    rows: list[Json] = []
    if truth is not None:
        cells = [_true_cell(_at(truth, column.places[0])) for column in columns]
        rows.append({"kind": "truth", "name": "Truth", "note": truth_note, "cells": cells})
    for number, reading in enumerate(readings):
        cells = [_read_cell(column, truth, lines, number, reading) for column in columns]
        rows.append({"kind": "read", "name": reading.name, "note": reading.note, "cells": cells})
    label = "Tokens: " + ", ".join(row["name"] for row in rows)
    return {"label": label, "words": words, "rows": rows, "pinned": _least_sure(rows)}


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
    column: Column,
    truth: Sequence[Token] | None,
    lines: Sequence[Sequence[Token]],
    number: int,
    reading: Reading,
) -> Json | None:
    offset = 0 if truth is None else 1
    place = column.places[number + offset]
    true = _at(truth, column.places[0]) if truth is not None else None
    read = _at(lines[number], place)
    found = verdict(true, read, has_truth=truth is not None)
    before = _at(lines[0], column.places[offset])
    changed = _change(before, read) if number else ""
    if place is None or read is None:
        if true is None and not changed:
            return None
        says = in_words(true, read, found) if true is not None else ""
        return {
            "text": "",
            "kind": column.slot.kind,
            "verdict": found if true else "same",
            "says": says,
        } | _said(changed)
    says = in_words(true, read, found)
    token = reading.prediction.tokens[place]
    name = _slot_name(column.slot)
    return {
        "text": read.text,
        "kind": token.kind,
        "verdict": found,
        "says": says,
        "confidence": token.confidence,
        "alternatives": [[END if text == "EOS" else text, share] for text, share in token.alternatives],
        "heads": _heads(token),
        "truth": true.text if true else None,
        "title": f"{reading.name}: {name} {read.text}"
        if read.kind != "end"
        else f"{reading.name}: end of the line",
        "label": ", ".join(
            filter(None, (reading.name, f"{name} {read.text}", f"{token.confidence:.0%} sure", says))
        ),
    } | _said(changed)


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


def _heads(token: TokenPrediction) -> list[list[Any]]:
    """The heads that matter for this kind of token, each with its winner (digits, sign) and probability."""
    shown = [name for name in _HEADS[token.kind] if name in token.heads]
    if token.kind == "number":
        shown += [name for name in token.heads if name.startswith("digit")]
    return [
        [_head_name(name, int(np.argmax(token.heads[name]))), float(np.max(token.heads[name]))]
        for name in shown
    ]


def _head_name(name: str, winner: int) -> str:
    if name == "sign":
        return f"sign {_SIGNS[winner]}"
    if name.startswith("digit"):
        return f"digit {name.removeprefix('digit')}: {winner}"
    return _HEAD_NAMES.get(name, name)


def _least_sure(rows: Sequence[Json]) -> str:
    """The place of the first reading's token that is worth opening first: the least sure one."""
    for r, row in enumerate(rows):
        places = [
            (cell["confidence"], c) for c, cell in enumerate(row["cells"]) if cell and "confidence" in cell
        ]
        if places:
            return f"{r}:{min(places)[1]}"
    return ""
