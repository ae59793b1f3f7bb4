"""The published tables of techniques and modalities, run again."""

from dashboard.shell import View


def show(view: View) -> None:
    """Draw it."""
