from pathlib import Path

import pytest

from dashboard import layouts
from dashboard.layouts import Layout, LayoutError


def test_layouts_are_kept(own_build: Path) -> None:
    assert layouts.load() == layouts.Layouts()
    layouts.save(" spindle study ", Layout(("spindle", "rms(x_motor,8)"), "std", "modality"))
    layouts.pin(("frame_l2.Ax",))
    layouts.save("other", Layout(("x_motor",)))
    layouts.delete("other")
    layouts.delete("never there")
    kept = layouts.load()
    assert kept.named == {"spindle study": Layout(("spindle", "rms(x_motor,8)"), "std", "modality")}
    assert kept.pinned == ("frame_l2.Ax",)


def test_a_damaged_file_is_told_and_nothing_is_lost_without_a_click(own_build: Path) -> None:
    own_build.mkdir()
    layouts.file().write_text('{"named": 3}')
    assert "is damaged" in (layouts.load().problem or "")
    assert layouts.file().read_text() == '{"named": 3}'


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_layout_needs_a_name(own_build: Path, name: str) -> None:
    with pytest.raises(LayoutError, match="needs a name"):
        layouts.save(name, Layout())


def test_a_folder_that_cannot_be_written_to_is_told(own_build: Path) -> None:
    own_build.write_text("in the way")
    with pytest.raises(LayoutError, match="cannot be written"):
        layouts.save("a", Layout())
