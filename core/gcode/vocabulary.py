"""The published 4-digit hybrid vocabulary: its words, its tokens, its ids."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from core.errors import ToolmarkError
from core.gcode.words import GcodeError, parse_line

SPECIALS = {"PAD": 0, "BOS": 1, "EOS": 2, "UNK": 3, "MASK": 4}
# The published precision of each letter; letters that it lacks take the finest step of a length in it.
PRECISION = dict.fromkeys("XYZABCPQ", 0.001) | dict.fromkeys("IJKRE", 0.0001) | {"F": 1.0, "S": 10.0}
DEFAULT_PRECISION = 0.001

# The corpus's tokenizer needs a digit after the point, so that "Z0." and "F22." fall through as raw words.
_WORD = re.compile(r"([A-Z])([+-]?(?:\d+\.\d+|\.\d+|\d+))$", re.ASCII)


class VocabularyError(ToolmarkError):
    """A vocabulary or corpus file that cannot be used."""


def word_tokens(word: str) -> tuple[str, ...]:
    """The published tokens of one word: ("G1",), ("X", "NUM_X_1575") or, malformed, ("Z0.",)."""
    match = _WORD.match(word)
    if match is None:
        return (word,)
    letter, number = match.groups()
    value = float(number)
    if letter in "GM":
        return (f"{letter}{int(value)}" if value.is_integer() else f"{letter}{value:g}",)
    steps = round(value / PRECISION.get(letter, DEFAULT_PRECISION))
    return letter, f"NUM_{letter}_{steps:04d}"


def line_tokens(line: str) -> list[str]:
    """The published tokens of a line; case is ignored, nothing is cut off."""
    return [token for word in line.upper().split() for token in word_tokens(word)]


def legacy_vocabulary(lines: Iterable[str]) -> dict[str, int]:
    """Build the published vocabulary from a corpus: the special tokens, then by falling count, then by name.

    From the reference corpus this gives the reference's 668 tokens, id for id.
    """
    counts = Counter(token for line in lines for token in line_tokens(line))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return SPECIALS | {token: index for index, (token, _) in enumerate(ordered, start=len(SPECIALS))}


def load_vocabulary(path: str | Path) -> dict[str, int]:
    """Read a vocabulary: the published JSON (`{"vocab": {...}}`), or a corpus with a line of G-code a row.

    Raises:
        VocabularyError: where the file is missing, is not text, or its ids do not run from 0, specials first.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(
            f"The vocabulary {path} cannot be read ({error}); give a JSON or G-code file."
        ) from error
    if path.suffix.lower() != ".json":
        return legacy_vocabulary(_corpus(text, path))
    return _checked(_published(text, path), path)


def _corpus(text: str, path: Path) -> list[str]:
    lines = text.splitlines()
    for row, line in enumerate(lines, start=1):
        try:
            parse_line(line)
        except GcodeError as error:
            raise VocabularyError(f"The corpus {path} is not G-code in row {row}: {error}") from None
    return lines


def _published(text: str, path: Path) -> object:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise VocabularyError(
            f"The vocabulary {path} is not JSON (row {error.lineno}, column {error.colno}); repair it."
        ) from error
    return content.get("vocab") if isinstance(content, dict) else None


def _checked(vocabulary: object, path: Path) -> dict[str, int]:
    if not isinstance(vocabulary, dict) or sorted(map(str, vocabulary.values())) != sorted(
        map(str, range(len(vocabulary)))
    ):
        raise VocabularyError(
            f'The vocabulary {path} has no "vocab" with the ids 0, 1, 2, ...; give the published file.'
        )
    ids = {str(token): int(index) for token, index in vocabulary.items()}
    if any(ids.get(token) != index for token, index in SPECIALS.items()):
        raise VocabularyError(
            f"The vocabulary {path} does not begin with {', '.join(SPECIALS)}; give the published file."
        )
    return ids
