from core import load_bundle
from core.model.bench import bench_bundle, peak_memory_mib
from tests.pipeline import Pipeline


def test_every_row_has_a_time(pipeline: Pipeline) -> None:
    rows = bench_bundle(load_bundle(pipeline.bundle), repeats=3)
    assert len({row.what for row in rows}) == len(rows) == 4
    assert all(0 < row.median_ms <= row.p95_ms for row in rows)
    assert rows[-1].windows == 256
    assert peak_memory_mib() > 10
