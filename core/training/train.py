"""Both stages from the windows to a bundle."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor

from core.errors import ToolmarkError
from core.gcode import Scheme, scheme_from_json
from core.model.bundle import (
    FORMAT,
    Bundle,
    BundleManifest,
    as_stored,
    code_version,
    load_bundle,
    save_bundle,
)
from core.model.bundle_files import METRICS
from core.model.calibration import Calibration
from core.model.decoder import DecoderConfig, SensorMultiHeadDecoder
from core.model.encoder import MMDTAELSTM, EncoderConfig
from core.model.scaling import Scaler
from core.recordings.atomic import replacing
from core.recordings.machine import Machine
from core.recordings.programs import Programs
from core.recordings.sequences import Splits, read_splits
from core.recordings.windows import Windows
from core.training.augment import channel_groups, drop_groups
from core.training.calibrate import calibrate
from core.training.data import encoder_data, learned_from
from core.training.dimensions import decoder_config, encoder_config
from core.training.loop import Listener, State, fit, read_checkpoint
from core.training.offsets import PartOffsets, part_offsets
from core.training.preset_fields import arguments_of
from core.training.presets import Preset, Stage1, Stage2
from core.training.record import TrainingRecord, at_work, begin, command_of, finish, of_windows
from core.training.stage1 import EncoderData, EncoderTask, encode
from core.training.stage2 import DecoderData, DecoderTask
from core.training.warm_start import begin_with, load_initial

ENCODER = "encoder.pt"


class TrainingError(ToolmarkError):
    """A training that cannot be done."""


def train(
    splits: Path | Splits,
    out: Path,
    preset: Preset,
    seed: int = 0,
    stages: Sequence[int] = (1, 2),
    threads: int = 2,
    listener: Listener | None = None,
    initial: Path | None = None,
    command: Sequence[str] = (),
) -> Path:
    """Train a bundle on window files (or the folder of them) and write it to `out`.

    Killed at any moment and called again with the same arguments, it goes on with the last whole epoch. Stage 1
    alone leaves the frozen encoder in `out/training`, where stage 2 alone takes it up. Windows without any program
    line make a bundle of stage 1 that tells the operation. `initial`: a bundle whose weights are begun with.
    `command`: the arguments of `python -m core` that go on with it, where they are not those of `train`.

    Raises:
        ToolmarkError: the windows cannot be learned from, or another training works in `out`.
    """
    torch.set_num_threads(threads)
    opened = splits if isinstance(splits, Splits) else read_splits(splits)
    job = _Job.open(opened, out, preset, seed, initial)
    said = tuple(command) or command_of(opened.path, out, arguments_of(preset), seed, stages, initial)
    with at_work(out):
        begin(out, job.record(said, tuple(stages), threads))
        return _stages(job, out, stages, listener)


def _stages(job: "_Job", out: Path, stages: Sequence[int], listener: Listener | None) -> Path:
    if 1 in stages:
        job.stage1(listener)
    if not job.reads_lines:
        return job.finish(job.untrained_decoder())
    if 2 not in stages:
        return out
    decoder = job.stage2(listener)
    return job.finish(decoder)


@dataclass(frozen=True, eq=False)
class _Job:
    """One training and everything it needs."""

    splits: Splits
    train: Windows
    val: Windows
    out: Path
    preset: Preset
    seed: int
    machine: Machine
    scheme: Scheme
    scaler: Scaler
    reads_lines: bool
    initial: Bundle | None

    @classmethod
    def open(cls, splits: Splits, out: Path, preset: Preset, seed: int, initial: Path | None) -> "_Job":
        reads_lines = bool(splits.train.labelled.any())
        parts = {part: learned_from(getattr(splits, part), lines=reads_lines) for part in ("train", "val")}
        if not all(map(len, parts.values())):
            raise TrainingError(
                f"{splits.path} has no training or validation windows with a program line or an operation: "
                "cut windows again."
            )
        return cls(
            splits=splits,
            train=parts["train"],
            val=parts["val"],
            out=out,
            preset=preset,
            seed=seed,
            machine=splits.manifest.load_machine(),
            scheme=scheme_from_json(splits.manifest.scheme),
            scaler=Scaler.fit(parts["train"].continuous, parts["train"].present),
            reads_lines=reads_lines,
            initial=load_initial(initial, splits.manifest.spec) if initial else None,
        )

    @property
    def folder(self) -> Path:
        return self.out / "training"

    @property
    def programs(self) -> Programs:
        """The learned programs, none for a preset that asks for no place."""
        return self.splits.programs if self.preset.stage1.place_weight else Programs()

    def key(self, *options: Stage1 | Stage2) -> str:
        """Digest of everything that a stage's weights depend on."""
        parts = [[asdict(option) for option in options], self.seed, self.splits.manifest.digests, FORMAT]
        parts += [self.initial.digest] if self.initial else []
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def encoder_key(self) -> str:
        return self.key(self.preset.stage1)

    @property
    def decoder_key(self) -> str:
        return self.key(self.preset.stage1, self.preset.stage2)

    def encoder_config(self) -> EncoderConfig:
        return encoder_config(self.preset, self.splits.manifest, self.machine, self.programs.n_places)

    def decoder_config(self) -> DecoderConfig:
        n_operations = len(self.splits.manifest.operations)
        return decoder_config(self.preset, self.scheme, n_operations, reads_lines=self.reads_lines)

    def record(self, command: tuple[str, ...], stages: tuple[int, ...], threads: int) -> TrainingRecord:
        """What is to be known of this training before its end."""
        return TrainingRecord(
            **of_windows(self.splits.manifest),
            name=self.out.name,
            seed=self.seed,
            preset=self.preset.to_json(),
            stages=stages,
            begun_from=self.initial.digest if self.initial else None,
            threads=threads,
            code_version=code_version(),
            keys={"stage1": self.encoder_key, "stage2": self.decoder_key},
            command=command,
        )

    def windows(self, windows: Windows) -> EncoderData:
        return encoder_data(windows, self.scaler, self.encoder_config().categorical_dims)

    def stage1(self, listener: Listener | None) -> None:
        torch.manual_seed(self.seed)
        model = MMDTAELSTM(**vars(self.encoder_config()))
        begin_with(model, self.initial.encoder if self.initial else None)
        groups = channel_groups(self.train.channels, self.machine)
        train, val = self.windows(self.train), self.windows(self.val)
        task = EncoderTask(model, train, val, groups, self.programs, self.preset.stage1, self.offsets())
        best = fit(task, self.preset.stage1.loop, self.folder, self.seed, self.encoder_key, listener)
        with replacing(self.folder / ENCODER) as aside:
            torch.save({"key": self.encoder_key, "state": best}, aside)

    def offsets(self) -> PartOffsets | None:
        """Offsets of parts of the training runs, where the preset asks for them and the runs' own are taken out."""
        if not self.preset.stage1.part_offsets or not self.splits.manifest.spec.remove_run_offset:
            return None
        return part_offsets(self.train, self.scaler.scale, self.seed)

    def encoder(self) -> MMDTAELSTM:
        """The frozen encoder that stage 1 left."""
        path = self.folder / ENCODER
        saved = read_checkpoint(path) if path.exists() else {}
        if saved.get("key") != self.encoder_key:
            raise TrainingError(
                f"{self.folder} has no encoder for these windows, preset and seed: run stage 1 first."
            )
        model = MMDTAELSTM(**vars(self.encoder_config()))
        state: State = saved["state"]
        model.load_state_dict(state)
        return model.eval().requires_grad_(False)

    def stage2(self, listener: Listener | None) -> SensorMultiHeadDecoder:
        encoder = self.encoder()
        views = self.preset.stage2.memory_views
        torch.manual_seed(self.seed + 1)
        train_data = self.cached(encoder, self.train, views)
        val_data = self.cached(encoder, self.val, 1)
        torch.manual_seed(self.seed + 2)
        model = SensorMultiHeadDecoder(**vars(self.decoder_config()))
        begin_with(model, self.initial.decoder if self.initial and self.initial.reads_lines else None)
        task = DecoderTask(model, self.scheme, train_data, val_data, self.preset.stage2)
        model.load_state_dict(
            fit(task, self.preset.stage2.loop, self.folder, self.seed, self.decoder_key, listener)
        )
        return model.eval()

    def untrained_decoder(self) -> SensorMultiHeadDecoder:
        """What stands where a decoder would be in a bundle that reads no lines: as small as can be."""
        torch.manual_seed(self.seed + 2)
        return SensorMultiHeadDecoder(**vars(self.decoder_config())).eval()

    def cached(self, encoder: MMDTAELSTM, windows: Windows, views: int) -> DecoderData:
        """The frozen encoder's memory: the first view as recorded, the others with boards and modalities missing."""
        data = self.windows(windows)
        groups = channel_groups(windows.channels, self.machine)
        memories: list[Tensor] = []
        operations: list[Tensor] = []
        for view in range(views):
            share = self.preset.stage1.group_dropout if view else 0.0
            memory, operation = encode(encoder, data, drop_groups(data.present, groups, share))
            memories.append(memory)
            operations.append(operation)
        return DecoderData(torch.stack(memories), torch.stack(operations), windows.tokens)

    def finish(self, decoder: SensorMultiHeadDecoder) -> Path:
        """Calibrate on the validation windows and write the bundle."""
        encoder, decoder = as_stored(self.encoder()), as_stored(decoder)
        manifest = self.manifest()
        loose = Bundle(
            path=self.out,
            manifest=manifest,
            machine=self.machine,
            scheme=self.scheme,
            inputs=self.splits.manifest.spec,
            scaler=self.scaler,
            encoder=encoder,
            decoder=decoder,
            calibration=Calibration(),
            programs=self.programs,
            metrics={},
            digest="",
        )
        calibration = calibrate(loose, self.val)
        # figures of the bundle that this one takes the place of
        (self.out / METRICS).unlink(missing_ok=True)
        save_bundle(
            self.out, manifest, self.machine, self.scaler, encoder, decoder, calibration, self.programs
        )
        for leftover in self.folder.glob("*.pt"):
            leftover.unlink()
        finish(self.out)
        return load_bundle(self.out).path

    def manifest(self) -> BundleManifest:
        splits = self.splits.manifest
        logs = {
            path.stem: path.read_text().strip().splitlines()[-1].split(",")[-1]
            for path in self.folder.glob("stage*.csv")
        }
        return BundleManifest(
            format=FORMAT,
            name=self.out.name,
            protocol=splits.protocol,
            fold=splits.fold,
            seed=self.seed,
            operations=tuple(splits.operations),
            encoder=asdict(self.encoder_config()),
            decoder=asdict(self.decoder_config()),
            scheme=splits.scheme,
            inputs=splits.inputs,
            machine=self.machine.name,
            preset=self.preset.to_json(),
            data_digest=splits.data_digest,
            splits_digest=hashlib.sha256(json.dumps(splits.digests, sort_keys=True).encode()).hexdigest(),
            runs={part: list(runs) for part, runs in splits.runs.items()},
            code_version=code_version(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            reads_lines=self.reads_lines,
            training={"seconds": {stage: float(seconds) for stage, seconds in logs.items()}}
            | ({"begun_from": self.initial.digest} if self.initial else {}),
        )
