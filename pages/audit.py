"""Audit: whether a number means what it says."""

from dashboard import audit_view, shell

view = shell.open_page("Audit", "Does the number mean what it says: leakage, confounds, labels, baselines?")
audit_view.show(view)
