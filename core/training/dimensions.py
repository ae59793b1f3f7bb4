"""The sizes of both stages' models, from the preset and from what the windows hold."""

from core.gcode.scheme import Scheme
from core.model.decoder import DecoderConfig
from core.model.encoder import EncoderConfig
from core.recordings.machine import Machine
from core.recordings.sequences import SplitsManifest
from core.training.presets import Preset


def encoder_config(
    preset: Preset, manifest: SplitsManifest, machine: Machine, n_places: int
) -> EncoderConfig:
    """Sizes of the encoder; `n_places` are those of the learned programs."""
    inputs, options = manifest.spec, preset.stage1
    codes = [machine.categorical[name] for name in inputs.categorical]
    return EncoderConfig(
        continuous_dim=len(inputs.channels),
        categorical_dims=tuple(max(3, len(code)) for code in codes),
        hidden_dim=options.hidden_dim,
        n_operations=len(manifest.operations),
        dropout=options.dropout,
        noise=options.noise,
        n_places=n_places,
    )


def decoder_config(preset: Preset, scheme: Scheme, n_operations: int, *, reads_lines: bool) -> DecoderConfig:
    """Sizes of the decoder; where no line is ever read it is as small as may be."""
    sizes, options = scheme.sizes, preset.stage2
    return DecoderConfig(
        sensor_dim=preset.stage1.hidden_dim,
        d_model=options.d_model if reads_lines else options.n_heads,
        n_heads=options.n_heads,
        n_layers=options.n_layers if reads_lines else 1,
        n_operations=n_operations,
        n_types=sizes.types,
        n_commands=sizes.commands,
        n_param_types=sizes.param_types,
        n_digits=sizes.digits,
        max_seq_len=max(options.max_seq_len, scheme.width + 2),
        dropout=options.dropout,
        vocab_size=vocabulary_size(scheme),
        memory_position=options.memory_position,
        memory_pool=options.memory_pool,
        chained_digits=options.chained_digits,
    )


def vocabulary_size(scheme: Scheme) -> int:
    """Ids of the published vocabulary; 0 for the spelled scheme, whose tokens are embedded by their parts."""
    vocabulary = getattr(scheme, "vocabulary", None)
    return len(vocabulary) if vocabulary is not None else 0
