"""A report as one HTML file that opens offline: figures, tables, protocol, provenance, caveats, verdicts."""
