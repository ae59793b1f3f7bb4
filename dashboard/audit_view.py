"""What the audit found, in words, figures and pictures."""

from dashboard.shell import View


def show(view: View) -> None:
    """Draw it."""
