from pathlib import Path

import pytest

from dashboard import places


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mill 3 (Halle Ost)", "Mill_3_Halle_Ost"),
        ("../../etc", "etc"),
        ("Fräse", "Fr_se"),
        ("demo", "demo_1"),
        ("Bantam", "Bantam_1"),
        ("///", "recordings"),
        ("x" * 200, "x" * places.LONGEST_NAME),
    ],
)
def test_any_text_becomes_the_name_of_a_folder(text: str, name: str) -> None:
    assert places.plain(text) == name
    assert places.name_problem(name) is None


@pytest.mark.parametrize("name", ["", "a/b", "..", "store", "Demo", "a b", "x" * 61])
def test_a_name_that_cannot_be_is_said(name: str) -> None:
    assert places.name_problem(name)


def test_everything_is_written_below_one_folder(own_build: Path) -> None:
    for folder in (places.stores_folder(), places.uploads_folder(), places.machines_folder()):
        assert folder.parent == own_build
