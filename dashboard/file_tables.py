"""Files on their way in as words and tables: what was found, the first rows, and how they fit a machine."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.check import FileCheck
from core.recordings.machine import Machine
from dashboard import components, incoming
from dashboard.incoming import Incoming

# files that are read to their end before an import
DRY_FILES = 40
# files among which one is chosen to be looked at
LISTED = 300
# so many are listed, so many stand in a table that does not scroll
FEW, SHORT = 6, 8
_HEIGHT = 320


def found_words(found: Incoming) -> str:
    """How many files there are, how large, how they are written."""
    ways = Counter(each.seen for each in found.looks if not each.problem)
    way, count = ways.most_common(1)[0] if ways else ("", 0)
    columns = sorted({each.columns for each in found.looks if not each.problem})
    wide = f"{columns[0]:,}" if len(columns) == 1 else f"{columns[0]:,} to {columns[-1]:,}"
    others = f" (in {count} of {len(found.looks)})" if len(ways) > 1 else ""
    files = components.counted(len(found.files), "file")
    looked = "" if len(found.looks) == len(found.files) else f", {len(found.looks)} of them looked at"
    broken = sum(each.problem is not None for each in found.looks)
    bad = f" :orange-badge[{broken} no table{'' if broken == 1 else 's'}]" if broken else ""
    return f"**{files}**, {size_words(found.size)}{looked}; {wide} columns; {way}{others}.{bad}"


def size_words(size: int) -> str:
    """A number of bytes as people say it."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size} bytes"


def looks(found: Incoming) -> None:
    """The files one by one; those that are no tables come first."""
    ordered = sorted(found.looks, key=lambda each: each.problem is None)
    st.dataframe(
        [
            {
                "File": each.path.name,
                "Size": size_words(each.size),
                "Columns": each.columns or None,
                "How it is written": each.seen if not each.problem else f"✗ {short(each.problem, each.path)}",
            }
            for each in ordered
        ],
        hide_index=True,
        height="content" if len(ordered) <= SHORT else _HEIGHT,
        column_config={
            "File": st.column_config.TextColumn(width=280),
            "Size": st.column_config.TextColumn(width=90),
            "Columns": st.column_config.NumberColumn(width=80),
            "How it is written": st.column_config.TextColumn(width="large"),
        },
    )


def first_rows(found: Incoming) -> None:
    """The first rows of one file, as they stand in it."""
    some = list(found.readable[:LISTED])
    file = some[0]
    if len(some) > 1:
        file = st.selectbox(
            "File", some, format_func=lambda each: each.name, key=f"preview_{found.stamp[:12]}", width=380
        )
    try:
        with st.spinner("Reading the first rows"):
            first = incoming.preview(file)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return
    st.dataframe(first.frame, hide_index=True, height="content")
    more = f", the first {len(first.frame.columns)} shown" if first.columns > len(first.frame.columns) else ""
    st.caption(f"About {first.rows:,} rows, {first.columns:,} columns{more}.")


def verdict(found: Incoming, checked: Sequence[FileCheck], machine: Machine) -> None:
    """How many files fit the machine, and of those that do not which and why."""
    counted = Counter(check.fit for check in checked)
    bad = [check for check in checked if check.fit != "fits"]
    name = f"**{components.escaped(machine.name)}**"
    if not bad:
        said = f"All {len(checked):,} files fit {name}." if len(checked) > 1 else f"The file fits {name}."
        st.success(said, icon=":material/check_circle:")
    elif not counted["fits"]:
        none = f"None of {len(bad)} files fits" if len(bad) > 1 else "The file does not fit"
        st.error(f"{none} {name}.", icon=":material/error:")
    else:
        said = f"{counted['fits']} of {len(checked)} files fit {name}; the others are left out."
        st.warning(said, icon=":material/warning:")
    notes = _notes([check for check in checked if check.fit != "fails"], machine)
    if len(checked) < len(found.files):
        notes.append(
            f"{len(checked)} of {len(found.files)} files were compared; the import says of each other."
        )
    if notes:
        st.caption("  \n".join(components.escaped(note) for note in notes))
    if bad:
        misfits({each.path: each.sentence for each in bad})


def misfits(sentences: Mapping[Path, str]) -> None:
    """Files and what is wrong with them: few sentences as a list that is read at once, many as a table."""
    files: dict[str, list[str]] = {}
    for file, sentence in sentences.items():
        files.setdefault(short(sentence, file), []).append(file.name)
    if len(files) <= FEW:
        escaped = components.escaped
        items = [
            f"- **{escaped(names[0])}**{_more(names)}: {escaped(sentence)}"
            for sentence, names in files.items()
        ]
        st.markdown("\n".join(items))
        return
    st.dataframe(
        [{"File": file.name, "What is wrong": short(said, file)} for file, said in sentences.items()],
        hide_index=True,
        height="content" if len(sentences) <= SHORT else _HEIGHT,
        column_config={
            "File": st.column_config.TextColumn(width=260),
            "What is wrong": st.column_config.TextColumn(width=780),
        },
    )


def _more(names: Sequence[str]) -> str:
    if len(names) == 1:
        return ""
    rest = components.escaped(components.listed(names[1:], 4))
    return f" and {len(names) - 1} more ({rest})" if len(names) > 2 else f" and {rest}"


def _notes(good: Sequence[FileCheck], machine: Machine) -> list[str]:
    """What is worth knowing of the files that fit: labels, operations, columns that nobody described."""
    notes: list[str] = []
    if not good:
        return notes
    lines = machine.target.line_text if machine.target else None
    bare = sum(not check.labelled for check in good)
    if lines is None:
        notes.append(
            "No G-code: the machine has no column of program lines, so only the operation can be learned."
        )
    elif bare:
        notes.append(
            f"{bare} of {len(good)} files have no program lines ({lines}): they can be read, not learned from."
        )
    unknown = sum(check.operation is None for check in good)
    if machine.operation_column is None and unknown:
        notes.append(f"{unknown} of {len(good)} files do not tell their operation by their name.")
    strange = Counter(name for check in good for name in check.unknown)
    if strange:
        named = components.listed(list(strange), 4)
        notes.append(f"{len(strange)} columns are not described and will not be read: {named}.")
    return notes


def short(sentence: str, file: Path) -> str:
    """A sentence about a file that is named beside it, without its path."""
    text = sentence.removeprefix(str(file)).strip()
    return components.sentence(text or sentence)
