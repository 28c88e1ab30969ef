"""The CTranslate2 specification of each GGUF architecture, filled with the file's tensors.

GGUF stores the query and key projections of llama models for interleaved rotary embeddings;
CTranslate2 can rotate that way too, so the rows are taken as they stand. The others rotate halves.
Gemma's norm weights carry the 1 that its checkpoints add to them, which CTranslate2 does not add
unless it is told to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConversionError
from ..importing import heavy_import
from .gguf_tensors import Fields, Tensors
from .quantize import Quantization, set_weight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of a Gemma 3 that says nothing else: one layer in six sees the whole text, and the others rotate
# by this base.
_PERIOD, _LOCAL_BASE = 6, 10_000.0
# The largest Gemma 3, which scales its queries by the width of a head that it does not have. Its
# files do not say so; llama.cpp tells it by the number of layers as well.
_GEMMA3_27B_LAYERS = 62


def fill(fields: Fields, source: Tensors, kind: Quantization) -> tuple[Any, dict[str, str]]:
    """Return a filled specification and its tied layers, for `write_model`.

    Raises
    ------
    ConversionError
        If the file wants what CTranslate2 lacks, or does not fit together.
    """
    with heavy_import():
        from ctranslate2.specs import common_spec, transformer_spec

    _refuse(fields)
    gemma = fields.architecture == "gemma3"
    normed = fields.architecture in ("qwen3", "gemma3")
    layers = fields.count("block_count")
    width = fields.count("embedding_length")
    inner = fields.count("feed_forward_length")
    heads = fields.count("attention.head_count")
    heads_kv = fields.count("attention.head_count_kv", heads)
    head = fields.count("attention.key_length", width // heads)
    # A wild number of layers would fill the memory before the first tensor is missed.
    last = f"blk.{layers - 1}.attn_norm.weight"
    if last not in source:
        raise ConversionError(f"The tensor {last} is missing: the file is damaged")
    if head < 1 or heads % heads_kv or fields.count("attention.value_length", head) != head:
        raise ConversionError("The attention heads of this model are of a shape CTranslate2 lacks")
    rotary = fields.count("rope.dimension_count", head)
    scaling, factors = _rope_scaling(fields, source, rotary)
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        layers,
        heads,
        activation=common_spec.Activation.GELUTanh if gemma else common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0 if rotary == head else rotary,
        rotary_interleave=fields.architecture == "llama",
        rotary_base=fields.number("rope.freq_base", 10_000.0),
        num_heads_kv=None if heads_kv == heads else heads_kv,
        head_dim=None if head * heads == width else head,
        qk_norm=normed,
        pre_post_layer_norm=gemma,
        **({"sliding_window": fields.count("attention.sliding_window")} if gemma else {}),
        **scaling,
    )
    decoder = spec.decoder
    decoder.scale_embeddings = gemma
    _set_float(decoder, "final_logit_softcapping", fields.get("final_logit_softcapping"))
    embeddings = source.matrix("token_embd.weight")
    set_weight(decoder.embeddings, [embeddings], kind)
    decoder.layer_norm.gamma = source.vector("output_norm.weight", width)
    tied: dict[str, str] = {}
    if "output.weight" in source:
        source.linear(decoder.projection, {"output": embeddings.shape[0]}, width, kind)
    else:
        tied["decoder/projection"] = "decoder/embeddings"
    queries, keys = heads * head, heads_kv * head
    scale = _queries_scale(fields, layers, width / heads)
    for number, layer in enumerate(decoder.layer):
        name = f"blk.{number}"
        attention, ffn = layer.self_attention, layer.ffn
        rows = {"attn_q": queries, "attn_k": keys, "attn_v": keys}
        fused = {f"{name}.{part}": size for part, size in rows.items()}
        source.linear(attention.linear[0], fused, width, kind)
        source.linear(attention.linear[1], {f"{name}.attn_output": width}, queries, kind)
        source.linear(ffn.linear_0, {f"{name}.ffn_gate": inner}, width, kind)
        source.linear(ffn.linear_0_noact, {f"{name}.ffn_up": inner}, width, kind)
        source.linear(ffn.linear_1, {f"{name}.ffn_down": width}, inner, kind)
        before = (layer.input_layer_norm if gemma else attention.layer_norm, "attn_norm")
        between = (layer.pre_feedforward_layer_norm if gemma else ffn.layer_norm, "ffn_norm")
        norms = [(*before, width), (*between, width)]
        if gemma:
            norms.append((layer.post_attention_layer_norm, "post_attention_norm", width))
            norms.append((layer.post_feedforward_layer_norm, "post_ffw_norm", width))
        if normed:
            norms.append((attention.q_norm, "attn_q_norm", head))
            norms.append((attention.k_norm, "attn_k_norm", head))
        for norm, part, size in norms:
            norm.gamma = source.vector(f"{name}.{part}.weight", size)
        _set_float(attention, "queries_scale", scale)
        if factors is not None:
            attention.rotary_scaling_long_factor = factors
            attention.rotary_scaling_short_factor = factors
    if gemma:
        _set_windows(fields, decoder)
    return spec, tied


def _refuse(fields: Fields) -> None:
    if fields.get("expert_count"):
        raise ConversionError("Mixtures of experts cannot be converted: CTranslate2 has none")
    if fields.get("attn_logit_softcapping"):
        raise ConversionError(
            "This model caps its attention scores, which CTranslate2 cannot do: it cannot be "
            "converted"
        )
    if fields.get("pooling_type") or fields.get("attention.causal") is False:
        raise ConversionError(
            "This GGUF file holds an embedding model, which writes no text: it cannot be converted"
        )


def _set_float(owner: Any, name: str, value: Any) -> None:
    import numpy as np

    if value:
        setattr(owner, name, np.float32(value))


def _queries_scale(fields: Fields, layers: int, head: float) -> float | None:
    """Return what queries are multiplied by, where it is not the usual root of the head's size."""
    if fields.get("attention.scale"):
        return fields.number("attention.scale")
    if fields.architecture == "gemma3" and layers == _GEMMA3_27B_LAYERS:
        return float(head**-0.5)
    return None


def _set_windows(fields: Fields, decoder: Any) -> None:
    """Tell Gemma's layers apart: those that see a window, and those that see all.

    Rotary scaling, if any, is of the latter alone.
    """
    import numpy as np

    local = np.float32(fields.number("rope.freq_base_swa", _LOCAL_BASE))
    pattern = fields.get("attention.sliding_window_pattern")
    if not isinstance(pattern, list):
        period = fields.count("attention.sliding_window_pattern", _PERIOD)
        pattern = [(number + 1) % period != 0 for number in range(len(decoder.layer))]
    if len(pattern) != len(decoder.layer):
        raise ConversionError("The GGUF file tells the windows of some layers only: it is damaged")
    for layer, windowed in zip(decoder.layer, pattern, strict=True):
        attention = layer.self_attention
        if windowed:
            attention.rotary_base = local
            for name in ("rotary_scaling_type", "rotary_scaling_factor"):
                if hasattr(attention, name):
                    delattr(attention, name)
        else:
            attention.sliding_window = np.int32(0)


def _rope_scaling(
    fields: Fields, source: Tensors, rotary: int
) -> tuple[dict[str, Any], NDArray[np.float32] | None]:
    """Return the specification's scaling options and, if each has its own, frequency divisors.

    Llama 3.1 divides its rotary frequencies one by one, by numbers that the file holds. CTranslate2
    has that under the name of another method ("Su"), whose further scaling is off while the
    lengths that it goes by are unset; its own "Llama3" cannot be told the factor.
    """
    with heavy_import():
        from ctranslate2.specs import attention_spec

    kind = str(fields.get("rope.scaling.type") or "none")
    if kind not in ("none", "linear"):
        raise ConversionError(f"Rotary scaling of type {kind!r} cannot be converted")
    types = attention_spec.RotaryScalingType
    factor = fields.number("rope.scaling.factor") if kind == "linear" else None
    if "rope_freqs.weight" in source:
        if fields.architecture == "gemma3":
            raise ConversionError(
                "This file scales its rotary frequencies one by one, which Gemma 3 does not"
            )
        divisors = source.vector("rope_freqs.weight", rotary // 2) * (factor or 1.0)
        if not (divisors > 0).all():
            raise ConversionError("The tensor rope_freqs.weight holds numbers that cannot divide")
        return {"rotary_scaling_type": types.Su}, divisors.astype("float32")
    if factor is None:
        return {}, None
    return {"rotary_scaling_type": types.Linear, "rotary_scaling_factor": factor}, None
