"""What named people say about readings: verdicts, their history, agreement, samples for an audit."""
