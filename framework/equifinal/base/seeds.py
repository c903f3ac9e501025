"""Random numbers that depend on a seed and their purpose, and on nothing else."""

import zlib

import numpy as np


def generator(seed: int, label: str, *further: int) -> np.random.Generator:
    """A random generator that depends only on the seed, the method's label and further numbers."""
    return np.random.default_rng([seed, zlib.crc32(label.encode()), *further])
