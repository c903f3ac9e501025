"""Make the plot of `qca-performance.md` from the code: ``python docs/make_performance_plot.py`` (about a minute).

What does the cost of a minimization grow with? Random crisp studies: more conditions with the same number of prime implicants,
and more prime implicants with the same number of conditions.
"""

from pathlib import Path
from time import process_time

import matplotlib as mpl
import numpy as np
import pandas as pd

from equifinal_qca import minimize, truth_table
from equifinal_qca.engine import search

mpl.use("Agg")
from matplotlib import pyplot

REPEATS = 3
COLORS = {20: "#5b4b8a", 40: "#0b6e6e", 80: "#c2571a"}


def study(conditions, positive, negative, seed):
    """So many configurations with the outcome and so many without it, drawn at random."""
    rng = np.random.default_rng(seed)
    names = [f"C{number:02}" for number in range(1, conditions + 1)]
    rows = rng.integers(0, 2, (positive + negative, conditions))
    frame = pd.DataFrame(rows, columns=names).assign(OUT=[1] * positive + [0] * negative)
    return frame.drop_duplicates(names).astype(float)


def measured(frame):
    """Seconds of processor time from the data frame to one smallest model, and the number of prime implicants."""
    seconds = []
    for _ in range(REPEATS):
        search.parsimonious.cache_clear()
        start = process_time()
        solution = minimize(truth_table(frame, "OUT"), "parsimonious", max_models=1)
        seconds.append(process_time() - start)
    return float(np.median(seconds)), len(solution.prime_implicants)


measured(study(8, 20, 5, 0))  # imports
figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.4), layout="constrained")

conditions = np.arange(8, 61, 4)
times, primes = np.array([measured(study(int(k), 40, 4, seed=1)) for k in conditions]).T
left.plot(conditions, times, "o-", color=COLORS[40], label="measured: 40 rows with the outcome, 4 without")
for base in (2, 3):
    growth = times[0] * float(base) ** (conditions - conditions[0])
    left.plot(conditions, growth, ":" if base == 2 else "--", color="grey", label=f"if it grew with ${base}^K$")
left.set(yscale="log", ylim=(times.min() / 25, 1e5), xlabel="conditions K", ylabel="seconds of processor time")
left.set_title("The number of conditions alone costs little")
for k, time, count in zip(conditions[::3], times[::3], primes[::3], strict=True):
    left.annotate(
        f"{count:,.0f} prime\nimplicants", (k, time), (0, -32), textcoords="offset points", ha="center", fontsize=8
    )
left.set_xlim(left=2)  # room for the first of them
left.legend(frameon=False, fontsize=9, loc="center right")

for positive, color in COLORS.items():
    points = []
    for negative in (3, 4, 5, 6, 8, 10, 12):
        for seed in (1, 2):
            frame = study(14, positive, negative, seed)
            points.append(measured(frame)[::-1])
    right.scatter(*zip(*points, strict=True), color=color, s=22, label=f"{positive} rows with the outcome")
right.set(xscale="log", yscale="log", ylim=(1e-3, 3), xlabel="prime implicants", ylabel="seconds of processor time")
right.set_title("Prime implicants and observed rows do (14 conditions)")
right.legend(frameon=False, fontsize=9, loc="lower right")

for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
path = Path(__file__).parent / "images" / "qca-performance.png"
figure.savefig(path, dpi=110)
print(path)
