"""The fixtures of the pages's tests."""

from tests.dashboard_fixtures import (
    bundle,
    bundles,
    odd_runs,
    own_build,
    page_at,
    read_at,
    recording,
    runs,
    scored_bundles,
)

__all__ = [
    "bundle",
    "bundles",
    "odd_runs",
    "own_build",
    "page_at",
    "read_at",
    "recording",
    "runs",
    "scored_bundles",
]
