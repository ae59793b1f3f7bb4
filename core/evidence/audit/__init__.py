"""Whether a figure means what it says: leaks between parts, what names the session, how firm the labels are."""
