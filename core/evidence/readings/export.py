"""What is filtered, as a file: CSV or Parquet, written by DuckDB without holding it whole."""

from pathlib import Path
from typing import Literal

from core.evidence.readings.columns import SCHEMA
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import NAMES, NOBODY, Hand, OpenReadings
from core.evidence.readings.sql import DEFAULT_SORT, order
from core.recordings.atomic import replacing

Format = Literal["csv", "parquet"]


def export(
    table: OpenReadings,
    wanted: Filter,
    path: Path,
    kind: Format,
    sort: str = DEFAULT_SORT,
    hand: Hand = NOBODY,
) -> None:
    """Write the filtered windows with all their columns, and the tags given by hand, in an order."""
    condition = table.where(wanted)
    names = ", ".join(f"{name}::VARCHAR AS {name}" if name in NAMES else name for name in SCHEMA.names)
    by_hand = "SELECT rid, string_agg(tag, ',' ORDER BY tag) AS hand_tags FROM hand GROUP BY rid"
    sql = (
        f"SELECT {names}, coalesce(hand_tags, '') AS hand_tags FROM readings LEFT JOIN ({by_hand}) USING (rid) "
        f"WHERE {condition.sql} ORDER BY {order(sort)}"
    )
    with replacing(path) as aside, table.cursor(hand) as cursor:
        found = cursor.sql(sql, params=condition.parameters)
        if kind == "csv":
            found.write_csv(str(aside), header=True)
        else:
            found.write_parquet(str(aside), compression="zstd")
