"""Words and lines of real G-code, as controllers and CAM programs write it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from core.errors import ToolmarkError

COMMAND_LETTERS = frozenset("GMT")
# Decimal's default context holds 28 digits; 24 leave room for the scaling to steps without rounding.
MAX_DIGITS = 24

_ITEM = re.compile(
    r"""[ \t]*(?:
        \((?P<comment>[^)]*)\)
      | ;(?P<remark>.*)
      | (?P<letter>[A-Za-z])[ \t]*(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))
      | \*[ \t]*(?P<checksum>[0-9]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_BLOCK_DELETE = re.compile(r"[ \t]*/[0-9]?(?![0-9])")
_LINE_END = re.compile(r"\r\n|\r|\n")


class GcodeError(ToolmarkError):
    """Text that is not G-code; knows the 1-based column, the text, and in a program the line number."""

    def __init__(self, what: str, column: int, text: str, line_number: int | None = None) -> None:
        self.what = what
        self.column = column
        self.text = text
        self.line_number = line_number
        shown = text if len(text) <= 60 else text[:57] + "..."
        place = f"Column {column}" if line_number is None else f"Line {line_number}, column {column}"
        super().__init__(f"{place} of {shown!r}: {what}.")


def number_text(value: Decimal) -> str:
    """Print a number without trailing zeros, trailing point, exponent or minus zero."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Word:
    """A letter and its number, `X1.575`; the letter is upper case."""

    letter: str
    value: Decimal

    @property
    def text(self) -> str:
        """The canonical writing: `Z0`, `F22`, `X-0.125`, `G92.1`."""
        return self.letter + number_text(self.value)


@dataclass(frozen=True)
class Line:
    """One G-code block: its words in order, and what stands around them.

    `number` is the N word, `program` the O word (a program's name, not an instruction), `block_delete` a
    leading slash. None of these, nor comment and checksum, are part of the canonical `text`.
    """

    words: tuple[Word, ...]
    number: int | None = None
    comment: str | None = None
    checksum: int | None = None
    program: int | None = None
    block_delete: bool = False

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """The G, M and T words in order, `("G53", "G0")`."""
        return tuple(word.text for word in self.words if word.letter in COMMAND_LETTERS)

    @cached_property
    def parameters(self) -> tuple[Word, ...]:
        """All words that are not commands, in order."""
        return tuple(word for word in self.words if word.letter not in COMMAND_LETTERS)

    @cached_property
    def text(self) -> str:
        """The canonical line, `G1 X1.575 Y0.25`; empty where there are no words."""
        return " ".join(word.text for word in self.words)


def canonical(text: str) -> str:
    """Rewrite a line in the one canonical way: upper case, one blank between words, shortest numbers."""
    return parse_line(text).text


def parse_line(text: str) -> Line:
    """Read one line of G-code; a line without words (empty, comment, `%`) gives no words.

    Raises:
        GcodeError: with the 1-based column of the first character that is not G-code.
    """
    source = text.rstrip("\r\n")
    if source.lstrip(" \t").startswith("%"):
        return Line(words=(), comment=source.strip().lstrip("%").strip() or None)
    return _LineReader(source).read()


def parse_program(text: str) -> list[Line]:
    """Read a program: one `Line` for each line of the text, in order, so that index + 1 is the line's number.

    Blank, comment and `%` lines are kept as lines without words; all three kinds of line ends are read.

    Raises:
        GcodeError: with the line number and the column.
    """
    rows = _LINE_END.split(text.removeprefix("\ufeff"))
    if rows and rows[-1] == "":
        rows.pop()
    return [parse_numbered(row, number) for number, row in enumerate(rows, start=1)]


def parse_numbered(text: str, number: int) -> Line:
    """Read a line of a program; an error names the line's 1-based number too."""
    try:
        return parse_line(text)
    except GcodeError as error:
        raise GcodeError(error.what, error.column, text, number) from error


class _LineReader:
    """Reads one line from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.words: list[Word] = []
        self.comments: list[str] = []
        self.number: int | None = None
        self.program: int | None = None
        self.checksum: int | None = None

    def read(self) -> Line:
        deleted = _BLOCK_DELETE.match(self.source)
        position = deleted.end() if deleted else 0
        end = len(self.source.rstrip(" \t"))
        while position < end:
            item = _ITEM.match(self.source, position)
            if item is None:
                raise self._refusal(position)
            self._take(item)
            position = item.end()
        comment = " ".join(text for text in self.comments if text) or None
        return Line(tuple(self.words), self.number, comment, self.checksum, self.program, deleted is not None)

    def _take(self, item: re.Match[str]) -> None:
        if item["comment"] is not None or item["remark"] is not None:
            self.comments.append((item["comment"] or item["remark"] or "").strip())
        elif self.checksum is not None:
            start = item.start("letter") if item["letter"] else self.source.index("*", item.start())
            raise self._error("nothing but a comment may follow the checksum; remove it", start)
        elif item["checksum"] is not None:
            self.checksum = int(self._checked(item["checksum"], item.start("checksum")))
        else:
            self._take_word(item["letter"].upper(), item["number"], item.start("letter"))

    def _take_word(self, letter: str, number: str, start: int) -> None:
        value = self._checked(number, start)
        if letter in COMMAND_LETTERS and value < 0:
            raise self._error(
                f"the command {letter} has a negative number; write for example {letter}1", start
            )
        if letter == "N":
            self._need(
                not self.words and self.number is None, "the line number must stand first, and once", start
            )
            self.number = self._whole(value, letter, start)
        elif letter == "O":
            self._need(
                not self.words and self.program is None,
                "the program number must stand first, and once",
                start,
            )
            self.program = self._whole(value, letter, start)
        else:
            self.words.append(Word(letter, value))

    def _whole(self, value: Decimal, letter: str, start: int) -> int:
        whole = value == value.to_integral_value() and value >= 0
        self._need(whole, f"the number of {letter} must be whole and not negative", start)
        return int(value)

    def _checked(self, number: str, start: int) -> Decimal:
        self._need(
            len(number) <= MAX_DIGITS, f"the number has more than {MAX_DIGITS} digits; shorten it", start
        )
        return Decimal(number)

    def _need(self, condition: bool, what: str, start: int) -> None:
        if not condition:
            raise self._error(what, start)

    def _error(self, what: str, start: int) -> GcodeError:
        return GcodeError(what, start + 1, self.source)

    def _refusal(self, position: int) -> GcodeError:
        start = position + len(self.source[position:]) - len(self.source[position:].lstrip(" \t"))
        found = self.source[start]
        if found == "(":
            return self._error('the comment is not closed; add ")"', start)
        if found.isascii() and found.isalpha():
            return self._error(
                f"the letter {found.upper()} has no number; write for example {found.upper()}1.5", start
            )
        return self._error(f"{found!r} is not G-code; expected a letter with a number, such as X1.5", start)
