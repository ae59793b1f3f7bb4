"""G-code: words, lines, tokens, vocabulary, heads, and the geometry of the toolpath."""

from core.gcode.modal import ToolpathError
from core.gcode.tokens import (
    BOS,
    EOS,
    HEADS,
    MASK,
    NOT_APPLICABLE,
    PAD,
    SPECIAL_NAMES,
    UNK,
    Heads,
    HeadSizes,
    LegacyScheme,
    Scheme,
    SpelledScheme,
    TokenError,
    TokenType,
    quantise,
    scheme_from_json,
)
from core.gcode.toolpath import Move, positions, toolpath
from core.gcode.vocabulary import VocabularyError, legacy_vocabulary, load_vocabulary
from core.gcode.words import COMMAND_LETTERS, GcodeError, Line, Word, canonical, parse_line, parse_program

__all__ = [
    "BOS",
    "COMMAND_LETTERS",
    "EOS",
    "HEADS",
    "MASK",
    "NOT_APPLICABLE",
    "PAD",
    "SPECIAL_NAMES",
    "UNK",
    "GcodeError",
    "HeadSizes",
    "Heads",
    "LegacyScheme",
    "Line",
    "Move",
    "Scheme",
    "SpelledScheme",
    "TokenError",
    "TokenType",
    "ToolpathError",
    "VocabularyError",
    "Word",
    "canonical",
    "legacy_vocabulary",
    "load_vocabulary",
    "parse_line",
    "parse_program",
    "positions",
    "quantise",
    "scheme_from_json",
    "toolpath",
]
