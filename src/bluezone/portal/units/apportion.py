"""Splitting whole numbers by shares without losing one: the method of the largest remainder.

Each part gets the whole of its exact share; what is left over goes one by one to the parts
whose share was cut most, the first of them among equals. Pure; numpy only for arrays.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def apportion(value: int, weights: Sequence[int]) -> list[int]:
    """Return `value` split in the proportion of `weights`; the parts sum up to it exactly.

    Args:
        value: any whole number, also below 0 (a correction).
        weights: not negative, at least one above 0.
    """
    total = sum(weights)
    parts = [value * weight // total for weight in weights]
    cut = [value * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-cut[place], place))
    for place in order[: value - sum(parts)]:
        parts[place] += 1
    return parts


def apportion_array(values: "NDArray[np.int64]", weights: Sequence[int]) -> "NDArray[np.int64]":
    """Return `values` split in the proportion of `weights`, each number as `apportion` does.

    Args:
        values: whole numbers of any shape, each below 2**63 divided by the largest weight.
        weights: not negative, at least one above 0.

    Returns:
        Shape (len(weights), *values.shape); the sum over the first axis is `values`.
    """
    import numpy as np  # noqa: PLC0415 - only campaigns have arrays, and numpy

    shares = np.asarray(weights, dtype=np.int64).reshape(-1, *[1] * values.ndim)
    product, total = values[None] * shares, int(sum(weights))
    parts, cut = np.divmod(product, total)
    left = values - parts.sum(axis=0)
    place = np.argsort(np.argsort(-cut, axis=0, kind="stable"), axis=0, kind="stable")
    given: NDArray[np.int64] = parts + (place < left[None])
    return given
