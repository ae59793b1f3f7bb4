from dashboard import charts, reading, theme
from tests.dashboard.predictions import prediction_of
from tests.dashboard.test_alignment import SCHEME

INK = theme.LIGHT


def test_operations_name_the_true_one_and_show_both_readings() -> None:
    read, without = (prediction_of(SCHEME, "G1 X1", share=share) for share in (0.9, 0.99951))
    frame = reading.operations_frame(read, "face", without)
    assert frame["operation"].tolist()[0] == "face (true)"
    assert frame["read in words"].tolist()[0] == "90.0\N{NO-BREAK SPACE}%"
    assert frame["changed in words"].tolist()[0] == "> 99.9\N{NO-BREAK SPACE}%"
    spec = charts.operations(frame, INK)
    assert [series["name"] for series in spec["series"]] == ["read", "changed"]
    assert charts.operations_height(frame) > charts.operations_height(reading.operations_frame(read, None))
