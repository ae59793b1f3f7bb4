from pathlib import Path

import pytest

from core.twin.report import boards_table, constants_table, knowledge_table

DOCUMENT = Path(__file__).parents[3] / "docs" / "twin.md"


@pytest.mark.parametrize("table", [constants_table, boards_table, knowledge_table])
def test_the_document_holds_the_tables_of_the_twin_as_it_is(table) -> None:
    wanted = table()
    assert wanted in DOCUMENT.read_text(encoding="utf-8"), (
        f"docs/twin.md is behind; its table now is\n{wanted}"
    )


def test_every_constant_has_a_unit_and_a_source() -> None:
    for row in constants_table().splitlines()[2:]:
        _, _, value, unit, source, _ = (cell.strip() for cell in row.split("|"))
        assert value and unit and len(source) >= 6, row
