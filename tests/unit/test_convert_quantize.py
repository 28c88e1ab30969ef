"""int8 as CTranslate2 itself makes it, a block of rows at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ctranslate2.specs import common_spec

from slm_magic.convert import quantize
from slm_magic.convert.quantize import Matrix, Weight
from slm_magic.errors import ConversionError


def rows(shape: tuple[int, int], seed: int = 3) -> Any:
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    values *= np.float32(10.0) ** np.linspace(-6, 3, shape[0], dtype=np.float32)[:, None]
    values[1] = 0
    values[2, 1:] = 0
    values[3] = np.float32(1e-40)
    return values


def test_same_numbers_as_ctranslate2() -> None:
    values = rows((40, 96))
    layer = common_spec.LinearSpec()
    layer.weight = values.copy()
    layer.validate()
    layer.optimize(quantization="int8")
    found, scale = quantize.quantize_rows(values)
    np.testing.assert_array_equal(found, layer.weight.numpy())
    np.testing.assert_array_equal(scale, layer.weight_scale.numpy())
    assert scale[1] == 1


def test_blocks_and_parts_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    values = rows((50, 32))
    whole, scale = quantize.quantize_rows(values)
    # Seven rows at a time, of three matrices stacked.
    monkeypatch.setattr(quantize, "BLOCK_FLOATS", 7 * 32 + 5)
    largest = 0

    def part(name: str, start: int, stop: int) -> Matrix:
        mine = values[start:stop]

        def read(first: int, last: int) -> Any:
            nonlocal largest
            largest = max(largest, last - first)
            return mine[first:last]

        return Matrix(name, mine.shape, read)

    weight = Weight([part("q", 0, 20), part("k", 20, 30), part("v", 30, 50)], "int8")
    assert weight.shape == (50, 32)
    assert weight.num_bytes() == 50 * 32
    np.testing.assert_array_equal(weight.to_bytes(), whole)
    assert weight.scales is not None
    np.testing.assert_array_equal(weight.scales.to_bytes(), scale)
    assert largest == 7


def test_scales_may_be_asked_for_first() -> None:
    values = rows((5, 8))
    weight = Weight([Matrix("w", values.shape, lambda a, b: values[a:b])], "int8")
    assert weight.scales is not None
    np.testing.assert_array_equal(weight.scales.to_bytes(), quantize.quantize_rows(values)[1])


def test_float32_is_left_alone() -> None:
    values = rows((6, 8))
    weight = Weight([Matrix("w", values.shape, lambda a, b: values[a:b])], "float32")
    assert weight.scales is None
    np.testing.assert_array_equal(weight.to_bytes(), values)
    assert weight.num_bytes() == values.nbytes


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("kind", quantize.QUANTIZATIONS)
def test_no_number_is_refused(kind: quantize.Quantization, bad: float) -> None:
    values = rows((6, 8))
    values[4, 4] = bad
    weight = Weight([Matrix("layer.w", values.shape, lambda a, b: values[a:b])], kind)
    with pytest.raises(ConversionError, match=r"layer\.w holds values"):
        weight.to_bytes()


def test_parts_of_different_width_are_refused() -> None:
    parts = [Matrix("a", (2, 8), lambda a, b: None), Matrix("b", (2, 9), lambda a, b: None)]  # type: ignore[arg-type,return-value]
    with pytest.raises(ConversionError, match="a, b do not fit"):
        Weight(parts, "int8")


def test_incomplete_model_is_one_line(tmp_path: Path) -> None:
    from ctranslate2.specs import transformer_spec

    spec = transformer_spec.TransformerDecoderModelSpec.from_config(1, 2)
    with pytest.raises(ConversionError, match="incomplete") as caught:
        quantize.write_model(spec, tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
