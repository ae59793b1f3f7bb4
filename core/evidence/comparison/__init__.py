"""What was read right and wrong over many windows: figures, differences, confusions, calibration, the commonest errors.

`ComparisonTable.open` opens the tables that `python -m core read` wrote; `table.scored(filter)` are the labelled
windows that a filter leaves. What is asked of these: `figures`, `differences`, `confusion` and `cell`, `reliability`,
`risk_coverage`, `distances`, `wrong_lines`, `by_position`, `first_errors`. Nothing is scored by rules of its own: every
figure is a tally of `core.evidence.metrics` over what the tables keep of each window.
"""
