"""Tables of ablations: alone removed, alone kept, boards, pairs, Shapley values."""

from dashboard.shell import View


def show(view: View) -> None:
    """Draw it."""
