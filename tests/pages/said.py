"""What a page under test says, and what its components were given."""

import json
import time
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

PATIENCE_S = 60.0


def words(app: AppTest) -> str:
    """Everything that the page says."""
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.subheader]
    return "\n".join(element.value for element in elements)


def component(app: AppTest, part: str) -> dict[str, Any]:
    """What a component of ours was given; `part` is a key that only its data has."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(one for one in found if part in one)


def until(app: AppTest, there: Callable[[AppTest], bool]) -> AppTest:
    """Draw the page again until it says something, as the browser does while it waits."""
    end = time.monotonic() + PATIENCE_S
    while not there(app):
        assert time.monotonic() < end, "it never said so"
        time.sleep(0.05)
        app.run()
    words(app)
    return app
