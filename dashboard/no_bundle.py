"""What a page that needs a trained model shows where there is none: what it cannot do, and how one is made."""

from dashboard import components

TRAIN = (
    "python -m core import RUNS --out build/store",
    "python -m core windows build/store --out build/splits --protocol run",
    "python -m core train build/splits --out assets/models/mine --preset best",
)


def show(lost: str) -> None:
    """Say what cannot be had without a model ("nothing is read"), and the commands that make one."""
    words = f"Without a trained model {lost}. Train one on your recordings:"
    components.empty_state("No model yet", words, TRAIN, icon=":material/model_training:")
