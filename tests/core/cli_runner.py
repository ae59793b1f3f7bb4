"""The verbs of `python -m core`, called as from a shell."""

from collections.abc import Callable

import pytest

from core import cli

# status, output and errors
Toolmark = Callable[..., tuple[int, str, str]]


def run_verb(
    arguments: tuple[object, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Status, output and errors of a verb."""
    monkeypatch.setattr("sys.argv", ["toolmark", *map(str, arguments)])
    try:
        cli.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    said = capsys.readouterr()
    return status, said.out, said.err
