"""What a recording of an unknown machine holds: its format, its columns, and a machine file for it."""

from core.recordings.describe.correct import proposal_with
from core.recordings.describe.guess import guess
from core.recordings.describe.proposal import CellProblem, ColumnGuess, Proposal, Settings
from core.recordings.describe.writing import commented_toml

__all__ = ["CellProblem", "ColumnGuess", "Proposal", "Settings", "commented_toml", "guess", "proposal_with"]
