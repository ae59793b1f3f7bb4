import pytest

from tests.core.cli_runner import Toolmark, run_verb


@pytest.fixture
def toolmark(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Toolmark:
    """Calls a verb."""
    return lambda *arguments: run_verb(arguments, monkeypatch, capsys)
