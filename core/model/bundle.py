"""A bundle: a trained model in one folder, with everything needed to predict and to know where it came from.

Files: `bundle.json` (architecture, inputs, tokens, operations, provenance), `machine.toml`, `weights.safetensors`
(half precision), `calibration.json`, `programs.npz` (what was learned of them), `metrics.json` (once evaluated) and
`SHA256SUMS` over all of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self, TypeVar

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from core.gcode import Scheme, SpelledScheme, scheme_from_json
from core.model.bundle_files import METRICS, PROGRAMS, BundleError, digest_of, read_checked, write_files
from core.model.calibration import Calibration
from core.model.decoder import SensorMultiHeadDecoder
from core.model.encoder import MMDTAELSTM
from core.model.known_lines import KnownLines
from core.model.many_windows import predict_windows, teacher_forced
from core.model.mixture import KnownTokens
from core.model.one_window import predict_window
from core.model.packed import TracedDecoder
from core.model.predict import UNCHANGED, Advance
from core.model.prediction import BatchPrediction, Prediction, TeacherForced
from core.model.scaling import Scaler
from core.recordings.changes import Change
from core.recordings.inputs import InputSpec
from core.recordings.machine import Machine
from core.recordings.programs import Programs
from core.recordings.recording import RecordingError, RunWindow
from core.recordings.windows import Windows

Module = TypeVar("Module", bound=nn.Module)
FORMAT = 1


class BundleManifest(BaseModel):
    """What `bundle.json` says."""

    model_config = ConfigDict(extra="forbid")

    format: int
    name: str
    protocol: str
    fold: int | None
    seed: int
    operations: tuple[str, ...]
    encoder: dict[str, Any]
    decoder: dict[str, Any]
    scheme: dict[str, Any]
    inputs: dict[str, Any]
    machine: str
    preset: dict[str, Any]
    data_digest: str
    splits_digest: str
    runs: dict[str, list[str]]
    code_version: str
    created: str
    training: dict[str, Any]
    # without program lines in its recordings a bundle tells the operation alone, and its decoder is not trained
    reads_lines: bool = True


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained model, loaded; `digest` is of all that it reads by, and not of the metrics that are kept beside."""

    path: Path
    manifest: BundleManifest
    machine: Machine
    scheme: Scheme
    inputs: InputSpec
    scaler: Scaler
    encoder: MMDTAELSTM
    decoder: SensorMultiHeadDecoder
    calibration: Calibration
    programs: Programs
    metrics: Mapping[str, Any]
    digest: str

    @property
    def operations(self) -> tuple[str, ...]:
        """The operation classes, in the order of their ids."""
        return self.manifest.operations

    @property
    def reads_lines(self) -> bool:
        """Program lines were learned; else it tells the operation alone."""
        return self.manifest.reads_lines

    @property
    def protocol(self) -> str:
        """The protocol it was trained under."""
        return self.manifest.protocol

    @cached_property
    def known_lines(self) -> KnownLines:
        """The lines of the learned programs."""
        return KnownLines.of(self.programs)

    @cached_property
    def known_tokens(self) -> KnownTokens | None:
        """The same as tokens; None where no program was learned, or the tokens have words that stand for others."""
        if not self.known_lines.lines or not isinstance(self.scheme, SpelledScheme):
            return None
        return KnownTokens.of(self.known_lines.lines, self.scheme)

    @cached_property
    def traced(self) -> TracedDecoder:
        """The decoder for single windows."""
        return TracedDecoder(self.decoder, self.scheme, self.encoder.operation_head.in_features)

    def predict(
        self,
        window: RunWindow,
        without: Sequence[str] = (),
        decoding: str = "greedy",
        *,
        change: Change = UNCHANGED,
        prefix: str = "",
    ) -> Prediction:
        """Read one window of a recording, doing `without` modalities, boards or channels.

        With a `change` to the window, or with the beginning of the line given, `prefix` ("G1 X1.575 Y").
        """
        return predict_window(self, window, without, decoding, change=change, prefix=prefix)

    def predict_windows(
        self,
        windows: Windows,
        without: Sequence[str] = (),
        *,
        decoding: str = "greedy",
        progress: Advance | None = None,
        second: bool = False,
    ) -> BatchPrediction:
        """Read many windows free-running, with `second` their second lines too."""
        return predict_windows(self, windows, without, decoding=decoding, progress=progress, second=second)

    def teacher_forced(
        self, windows: Windows, without: Sequence[str] = (), *, progress: Advance | None = None
    ) -> TeacherForced:
        """What the decoder says at every position, given the true tokens before it."""
        return teacher_forced(self, windows, without, progress=progress)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Open the bundle in the folder `path`; BundleError if a file is missing, truncated or was changed."""
        path = Path(path)
        files = read_checked(path)
        manifest = _manifest(path, files)
        try:
            scheme = scheme_from_json(manifest.scheme)
            encoder = MMDTAELSTM(**manifest.encoder)
            decoder = SensorMultiHeadDecoder(**manifest.decoder)
            calibration = Calibration.from_json(json.loads(files["calibration.json"]))
            programs = Programs.from_bytes(files[PROGRAMS]) if PROGRAMS in files else Programs()
            metrics = json.loads(files.get(METRICS, b"{}"))
        except (TypeError, ValueError, KeyError, RuntimeError, RecordingError) as error:
            raise BundleError(
                f"A description in {path} is damaged ({error}): copy the bundle again."
            ) from error
        sizes = {len(manifest.operations), encoder.operation_head.out_features, decoder.operation.in_features}
        if len(sizes) > 1 or decoder.sizes != scheme.sizes:
            raise BundleError(
                f"{path / 'bundle.json'} contradicts itself in its classes: copy the bundle again."
            )
        if encoder.place_head is not None and encoder.place_head.say.out_features != programs.n_places:
            raise BundleError(f"{path / PROGRAMS} is missing or has other places: copy the bundle again.")
        scaler = _load_weights(path, files["weights.safetensors"], encoder, decoder)
        return cls(
            path=path,
            manifest=manifest,
            machine=Machine.from_toml(files["machine.toml"].decode()),
            scheme=scheme,
            inputs=InputSpec.from_json(manifest.inputs),
            scaler=scaler,
            encoder=encoder.eval(),
            decoder=decoder.eval(),
            calibration=calibration,
            programs=programs,
            metrics=metrics,
            digest=digest_of(files),
        )


def save_bundle(
    path: Path,
    manifest: BundleManifest,
    machine: Machine,
    scaler: Scaler,
    encoder: nn.Module,
    decoder: nn.Module,
    calibration: Calibration,
    programs: Programs,
) -> None:
    """Write a whole bundle aside and put it in place at once; what stood at `path` is replaced file by file."""
    files = {
        "bundle.json": _json(manifest.model_dump()),
        "machine.toml": machine.to_toml().encode(),
        "weights.safetensors": save_tensors(_tensors(scaler, encoder, decoder)),
        "calibration.json": _json(calibration.to_json()),
    }
    if programs.n_places:
        files[PROGRAMS] = programs.to_bytes()
    write_files(path, files)


def write_metrics(path: Path, metrics: Mapping[str, Any]) -> None:
    """Put `metrics.json` into an existing bundle."""
    files = read_checked(path)
    # the sums of every run make it long: no line for each of them
    write_files(path, files | {METRICS: json.dumps(metrics, ensure_ascii=False).encode()})


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Put another `calibration.json` into an existing bundle."""
    files = read_checked(path)
    write_files(path, files | {"calibration.json": _json(calibration.to_json())})


def code_version() -> str:
    """The project's version and, in a checkout, its commit."""
    try:
        release = version("toolmark")
    except PackageNotFoundError:
        release = "unpackaged"
    head = Path(__file__).resolve().parents[2] / ".git" / "HEAD"
    if not head.exists():
        return release
    reference = head.read_text().strip()
    if reference.startswith("ref: "):
        target = head.parent / reference[5:]
        reference = target.read_text().strip() if target.exists() else ""
    return f"{release}+{reference[:12]}" if reference else release


def load_bundle(path: str | Path) -> Bundle:
    """Open the bundle in the folder `path`."""
    return Bundle.load(path)


def as_stored(module: Module) -> Module:
    """The module with its weights rounded to the half precision in which a bundle keeps them."""
    module.load_state_dict({name: value.half().float() for name, value in module.state_dict().items()})
    return module


def _tensors(scaler: Scaler, encoder: nn.Module, decoder: nn.Module) -> dict[str, Tensor]:
    tensors = {f"encoder.{k}": v.half().contiguous() for k, v in encoder.state_dict().items()}
    tensors |= {f"decoder.{k}": v.half().contiguous() for k, v in decoder.state_dict().items()}
    tensors["scaler.mean"] = torch.from_numpy(scaler.mean)
    tensors["scaler.scale"] = torch.from_numpy(scaler.scale)
    tensors["scaler.clip"] = torch.tensor([scaler.clip], dtype=torch.float32)
    return tensors


def _load_weights(path: Path, data: bytes, encoder: nn.Module, decoder: nn.Module) -> Scaler:
    try:
        tensors = load_tensors(data)
        for prefix, module in (("encoder.", encoder), ("decoder.", decoder)):
            module.load_state_dict({k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)})
        return Scaler(
            tensors["scaler.mean"].numpy(), tensors["scaler.scale"].numpy(), float(tensors["scaler.clip"][0])
        )
    except (SafetensorError, RuntimeError, KeyError) as error:
        raise BundleError(
            f"The weights in {path / 'weights.safetensors'} do not fit bundle.json: train or copy the bundle again."
        ) from error


def _manifest(path: Path, files: Mapping[str, bytes]) -> BundleManifest:
    try:
        manifest = BundleManifest.model_validate_json(files["bundle.json"])
    except ValidationError as error:
        first = error.errors()[0]
        raise BundleError(
            f"{path / 'bundle.json'} is not a bundle description: {first['msg']} at {first['loc']}; "
            "train or copy the bundle again."
        ) from error
    if manifest.format != FORMAT:
        raise BundleError(
            f"{path} has bundle format {manifest.format}, this version reads {FORMAT}: train it again."
        )
    return manifest


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
