"""The published trials of all methods, in pieces: ``python benchmarks/trials/run.py PIECE``; without a piece, it lists them.

A piece stops after 45 minutes and goes on where it was when it is started again. What it has so far is kept, small enough for
git, in ``results/PIECE``; the answers themselves lie in ``stores/PIECE.sweep``, which need not be kept. ``page.py`` makes the
documentation's page of all results.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import equifinal as eq

HERE = Path(__file__).parent
RESULTS, STORES = HERE / "results", HERE / "stores"
MINUTES = 45.0
#: Data sets that are asked for at a time, after each of which the clock is looked at and the results are written.
AT_A_TIME = 10

TUNING = ("conjunction", "two-paths", "additive")
HELD_OUT = (
    ("one-condition", "linear", "necessary-only", "reversed", "xor"),
    ("u-shape", "suppressor", "collinear", "heavy-skew", "ceiling"),
    ("limited-diversity", "omitted-condition", "irrelevant-conditions"),
    ("measurement-error", "shifted-anchors", "persistent-panel"),
)


@dataclass(frozen=True)
class Piece:
    """A part of the plan that is run in one go: every scenario with every number of cases."""

    scenarios: tuple[str, ...]
    sizes: tuple[int, ...] = (12, 30, 86)
    repetitions: int = 100
    evidence: bool = True
    parts: tuple[str, ...] = ("verdicts",)


PIECES = {
    **{f"noise-{n}": Piece(("noise",), (n,), 300) for n in (12, 30, 86)},
    **{f"{name}": Piece((name,), repetitions=300) for name in TUNING},
    **{f"held-out-{number}": Piece(names) for number, names in enumerate(HELD_OUT, 1)},
    "many-cases": Piece(("noise", "conjunction", "two-paths"), (300,), evidence=False),
    "tests": Piece(("noise",), (12, 30, 86), 100, evidence=False, parts=("tests",)),
    "skill": Piece(
        ("conjunction", "two-paths", "additive", "linear"), (12, 30, 86), 50, evidence=False, parts=("tests", "skill")
    ),
    "small": Piece(("noise", "conjunction", "u-shape"), (12, 30), 3, evidence=False),
}


def ask(
    piece: Piece, repetitions: int, store: Path | None = None, n_jobs: int = -1, progress: bool = False
) -> eq.Trial:
    """So many data sets of each scenario and number of cases."""
    return eq.trial(
        piece.scenarios,
        sizes=piece.sizes,
        repetitions=repetitions,
        store=store,
        n_jobs=n_jobs,
        evidence=piece.evidence,
        parts=piece.parts,
        progress=progress,
    )


def run(
    name: str, minutes: float = MINUTES, most: int | None = None, results: Path = RESULTS, stores: Path = STORES
) -> bool:
    """Run a piece, or go on with it; whether it is complete."""
    piece, start = PIECES[name], time.monotonic()
    wanted = min(piece.repetitions, most or piece.repetitions)
    stores.mkdir(parents=True, exist_ok=True)
    for repetitions in [*range(AT_A_TIME, wanted, AT_A_TIME), wanted]:
        with ask(piece, repetitions, stores / f"{name}.sweep", progress=sys.stderr.isatty()).store as store:
            eq.Trial(store, ()).save(results / name)
        print(f"{name}: {repetitions} of {wanted} data sets a cell, {(time.monotonic() - start) / 60:.1f} minutes")
        if time.monotonic() - start > 60 * minutes:
            return repetitions == wanted
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pieces", nargs="*", metavar="PIECE", help="one or several; 'all' for all of them")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="stop a piece after so long (default: 45)")
    parser.add_argument("--most", type=int, metavar="N", help="at most so many data sets a cell, to try it out")
    parser.add_argument("--into", type=Path, default=HERE, metavar="DIR", help="where results and stores go")
    given = parser.parse_args()
    for name in given.pieces:
        if name not in (*PIECES, "all"):
            parser.error(f"there is no piece {name!r}; pieces: {', '.join(PIECES)}")
    if not given.pieces:
        print("\n".join(f"{name}: {piece}" for name, piece in PIECES.items()))
        return 0
    asked = list(PIECES) if "all" in given.pieces else given.pieces
    done = [run(name, given.minutes, given.most, given.into / "results", given.into / "stores") for name in asked]
    for name in [name for name, complete in zip(asked, done, strict=True) if not complete]:
        print(f"{name} is not complete: start it again to go on.")
    return 0 if all(done) else 3


if __name__ == "__main__":
    sys.exit(main())
