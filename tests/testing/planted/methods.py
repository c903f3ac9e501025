"""Methods with one fault each."""

import decimal
import functools
import locale
import logging
import os
import sys
import tempfile
import time
import uuid
import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

import equifinal as eq
from planted.sound import SoundMethod

MEMORY = {}

# ------------------------------------------------------------------------------------ figures out of sample that are false


class RemembersOutcomesByCase(SoundMethod):
    """Keeps the outcome of every case that it ever saw, and predicts it."""

    def learned(self, study, rng):
        outcome = study.fuzzy[study.outcome.name]
        MEMORY.setdefault("cases", {}).update(zip(study.cases, outcome, strict=True))
        return super().learned(study, rng)

    def predicted(self, native, study):
        return pd.Series([MEMORY["cases"][case] for case in study.cases], index=study.cases)


class RemembersOutcomesByScores(SoundMethod):
    """Keeps the outcome of every row of memberships, whatever the case is called."""

    def learned(self, study, rng):
        rows = map(tuple, study.fuzzy[list(study.condition_names)].to_numpy())
        MEMORY.setdefault("rows", {}).update(zip(rows, study.fuzzy[study.outcome.name], strict=True))
        return super().learned(study, rng)

    def predicted(self, native, study):
        fitted = super().predicted(native, study)
        rows = map(tuple, study.fuzzy[list(study.condition_names)].to_numpy())
        return pd.Series([MEMORY["rows"].get(row, f) for row, f in zip(rows, fitted, strict=True)], index=study.cases)


class RefitCachedByStudy(SoundMethod):
    """Fits each study once, by its name."""

    def refit(self, study, rng):
        key = ("study", study.name, *study.condition_names)
        if key not in MEMORY:
            MEMORY[key] = super().refit(study, rng)
        return MEMORY[key]


class RefitCachedByNumberOfCases(SoundMethod):
    """Fits once for each number of cases."""

    def refit(self, study, rng):
        key = ("number", len(study.cases), *study.condition_names)
        if key not in MEMORY:
            MEMORY[key] = super().refit(study, rng)
        return MEMORY[key]


class RefitKeepsTheFullFit(SoundMethod):
    """Predicts with what the last analysis of all cases has learned."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        MEMORY["full"] = {**MEMORY.get("full", {}), tuple(study.condition_names): found.native}
        return found

    def refit(self, study, rng):
        found = super().refit(study, rng)
        native = MEMORY.get("full", {}).get(tuple(study.condition_names), found.native)
        return eq.Analysis.for_prediction(self, native, conditions=found.conditions)


class RefitWarmStart(SoundMethod):
    """Starts each fit at the last one, and goes half of the way."""

    def refit(self, study, rng):
        found = super().refit(study, rng)
        last = MEMORY.get(("warm", *study.condition_names))
        native = found.native if last is None else {key: (value + last[key]) / 2 for key, value in found.native.items()}
        MEMORY["warm", *study.condition_names] = native
        return eq.Analysis.for_prediction(self, native, conditions=found.conditions)


class ColumnsBySortedName(SoundMethod):
    """Takes the columns by sorted name when it predicts."""

    def predicted(self, native, study):
        names = list(native)[1:]
        return (native[""] + sum(native[a] * study.fuzzy[b] for a, b in zip(names, sorted(names), strict=True))).clip(
            0, 1
        )

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        fitted = SoundMethod.predicted(self, found.native, study)
        return eq.Analysis(**{**vars(found), "cases": found.cases.assign(predicted=fitted)})


@functools.cache
def _slopes(names, n):
    return {}


class RefitCachedByFunctoolsCache(SoundMethod):
    """A cache of functools whose key leaves the data out."""

    def refit(self, study, rng):
        kept = _slopes(tuple(study.condition_names), len(study.cases))
        if not kept:
            kept.update(self.learned(study, rng))
        slopes = pd.DataFrame({"slope": [kept[n] for n in study.condition_names]}, index=study.condition_names)
        return eq.Analysis.for_prediction(self, kept, conditions=slopes)


class ModelKeptInTheModule(SoundMethod):
    """The analysis holds a key only; the model stays in the process that fitted it."""

    def learned(self, study, rng):
        key = str(uuid.UUID(bytes=rng.bytes(16)))
        MEMORY.setdefault("models", {})[key] = super().learned(study, rng)
        return {"key": key, **dict.fromkeys(study.condition_names, 0.0), "": 0.0, **MEMORY["models"][key]}

    def predicted(self, native, study):
        return super().predicted(MEMORY["models"][native["key"]], study)


class PredictsByRank(SoundMethod):
    """Predictions are ranks among the cases asked for."""

    def predict(self, analysis, study):
        return super().predict(analysis, study).rank(pct=True)


class RefitOnCrispOutcomes(SoundMethod):
    """The quick fit is another fit."""

    def refit(self, study, rng):
        native = {name: value * 0.9 for name, value in self.learned(study, rng).items()}
        return eq.Analysis.for_prediction(self, native, conditions=super().refit(study, rng).conditions)


class SlowRefit(SoundMethod):
    """A refit that takes seconds, where the analysis takes none."""

    def refit(self, study, rng):
        time.sleep(1.5)
        return super().refit(study, rng)


# ---------------------------------------------------------------------------------------------- refuses real studies


class OnlyTheSample(SoundMethod):
    """Refuses every study but the one that the checks use."""

    def analyze(self, study, rng):
        if not set(study.condition_names) <= set("ABCDE"):
            raise eq.InputError(f"Study {study.name!r}: the method needs conditions named A to E. Rename them.")
        return super().analyze(study, rng)


class OnlyTwentyFourCases(SoundMethod):
    """Refuses every other number of cases."""

    def analyze(self, study, rng):
        if len(study.cases) != 24:
            raise eq.InputError(f"Study {study.name!r}: the method needs 24 cases. Add or remove some.")
        return super().analyze(study, rng)


class AlphabeticalConditions(SoundMethod):
    """Refuses conditions that are not in alphabetical order."""

    def analyze(self, study, rng):
        if list(study.condition_names) != sorted(study.condition_names):
            raise eq.InputError(f"Study {study.name!r}: conditions must be in alphabetical order. Sort them.")
        return super().analyze(study, rng)


class AsciiOnly(SoundMethod):
    """Fails on names that are not English."""

    def analyze(self, study, rng):
        for name in (*study.condition_names, *map(str, study.cases)):
            name.encode("ascii")
        return super().analyze(study, rng)


class AtMostFiveConditions(SoundMethod):
    """Has letters for five conditions."""

    def analyze(self, study, rng):
        [("v", "w", "x", "y", "z")[place] for place in range(len(study.condition_names))]
        return super().analyze(study, rng)


class NoPanels(SoundMethod):
    """Fails where units are observed several times."""

    def analyze(self, study, rng):
        if study.unit is not None:
            study.data.set_index(study.unit, verify_integrity=True)
        return super().analyze(study, rng)


class NumberedCasesOnly(SoundMethod):
    """Reads the number of a case from its name."""

    def analyze(self, study, rng):
        [int(str(case).split()[-1]) for case in study.cases]
        return super().analyze(study, rng)


class NamesOfTwoLetters(SoundMethod):
    """Fails when the name of a set is part of another one's."""

    def analyze(self, study, rng):
        names = list(study.condition_names)
        if any(one != other and one in other for one in names for other in names):
            raise KeyError("ambiguous")
        return super().analyze(study, rng)


# ----------------------------------------------------------------------------------------------------- global state


class SetsAVariable(SoundMethod):
    """Sets an environment variable to the same value each time."""

    def learned(self, study, rng):
        os.environ["PLANTED_THREADS"] = "1"
        return super().learned(study, rng)


class SetsAVariableOnce(SoundMethod):
    """The same, at the first analysis only."""

    def learned(self, study, rng):
        if "variable" not in MEMORY:
            MEMORY["variable"] = True
            os.environ["PLANTED_ONCE"] = "1"
        return super().learned(study, rng)


class MovesToAFolder(SoundMethod):
    """Changes the working directory."""

    def learned(self, study, rng):
        os.chdir(tempfile.gettempdir())
        return super().learned(study, rng)


class SilencesNumpy(SoundMethod):
    """Sets NumPy's handling of errors."""

    def learned(self, study, rng):
        np.seterr(divide="ignore", invalid="ignore")
        return super().learned(study, rng)


class SetsPandas(SoundMethod):
    """Sets an option of pandas."""

    def learned(self, study, rng):
        pd.set_option("display.width", 200)
        return super().learned(study, rng)


class SilencesWarnings(SoundMethod):
    """Silences all warnings of everybody."""

    def learned(self, study, rng):
        warnings.filterwarnings("ignore")
        return super().learned(study, rng)


class SetsMatplotlib(SoundMethod):
    """Sets a parameter of matplotlib."""

    def learned(self, study, rng):
        matplotlib.rcParams["font.size"] = 17
        return super().learned(study, rng)


class SetsTheLocale(SoundMethod):
    """Sets the locale."""

    def learned(self, study, rng):
        locale.setlocale(locale.LC_NUMERIC, "C.UTF-8")
        return super().learned(study, rng)


class SetsLogging(SoundMethod):
    """Sets the level of everybody's log."""

    def learned(self, study, rng):
        logging.getLogger().setLevel(logging.DEBUG)
        return super().learned(study, rng)


class SetsTheRecursionLimit(SoundMethod):
    """Raises the recursion limit."""

    def learned(self, study, rng):
        sys.setrecursionlimit(54321)
        return super().learned(study, rng)


class SetsDecimals(SoundMethod):
    """Sets the precision of decimal numbers."""

    def learned(self, study, rng):
        decimal.getcontext().prec = 5
        return super().learned(study, rng)


class SeedsNumpy(SoundMethod):
    """Seeds everybody's generator with a fixed number."""

    def learned(self, study, rng):
        np.random.seed(0)  # noqa: NPY002
        return super().learned(study, rng)


class PrintsInRefit(SoundMethod):
    """Says what it does, in refit."""

    def refit(self, study, rng):
        print("fitting", len(study.cases))
        return super().refit(study, rng)


class PrintsInPredict(SoundMethod):
    """Says what it does, in predict."""

    def predict(self, analysis, study):
        print("predicting", len(study.cases))
        return super().predict(analysis, study)


class PrintsInAssess(SoundMethod):
    """Says what it does, in assess."""

    def assess(self, analysis, proposition, study):
        print("assessing", proposition.id, file=sys.stderr)
        return super().assess(analysis, proposition, study)


class LeavesAFile(SoundMethod):
    """Keeps a file in the working directory."""

    def learned(self, study, rng):
        Path("planted-cache.tmp").write_text("1", encoding="utf-8")
        return super().learned(study, rng)


# ------------------------------------------------------------------------------------------------- order of hashes


class SumsInTheOrderOfASet(SoundMethod):
    """The first condition of a set, whose order differs from process to process."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        first = next(iter(set(study.condition_names)))
        return eq.Analysis(**{**vars(found), "fit": {**found.fit, "first": float(found.native[first])}})


# ------------------------------------------------------------------------------------------------------------ claims


class IgnoresTheSign(SoundMethod):
    """Says of "raises" and of "lowers" the same."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "influence":
            proposition = proposition.model_copy(update={"sign": 1})
        return super().assess(analysis, proposition, study)


class IgnoresExpect(SoundMethod):
    """Says of "is" and of "is not" the same."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "sufficient":
            proposition = proposition.model_copy(update={"expect": True})
        return super().assess(analysis, proposition, study)


class IgnoresTheBound(SoundMethod):
    """Says of "at least two paths" and of "at most one" the same."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "equifinal":
            return eq.Verdict("supported", "There are paths.", strength=1.0)
        return super().assess(analysis, proposition, study)


class OrderOfConditions(SoundMethod):
    """A joint claim on A and B is answered otherwise than one on B and A."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "joint":
            first = list(study.condition_names).index(proposition.conditions[0])
            return eq.Verdict("supported" if first == 0 else "contradicted", f"Place {first}.", strength=1.0)
        return super().assess(analysis, proposition, study)


class OrderOfCases(SoundMethod):
    """A claim on cases depends on which is named first."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "together":
            low = (
                analysis.cases.loc[proposition.cases[0], "predicted"]
                < analysis.cases.loc[proposition.cases[-1], "predicted"]
            )
            return eq.Verdict("supported" if low else "contradicted", "Predictions were compared.", strength=1.0)
        return super().assess(analysis, proposition, study)


class OneWordingOnly(SoundMethod):
    """Reads an expression as text: A*B and B*A differ."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "sufficient":
            known = proposition.expression == "*".join(sorted(proposition.expression.split("*")))
            return eq.Verdict("supported" if known else "contradicted", "It was looked up.", strength=1.0)
        return super().assess(analysis, proposition, study)


class StrengthsNotFinite(SoundMethod):
    """A strength that is infinite."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "influence":
            return eq.Verdict("supported", "Certain.", strength=float("inf"))
        return super().assess(analysis, proposition, study)


# ------------------------------------------------------------------------------------------------------------- paths


class SwapsTheFigures(SoundMethod):
    """Consistency stands under coverage."""

    def paths(self, study, expressions):
        found = super().paths(study, expressions)
        return found.assign(consistency=found["coverage"], coverage=found["consistency"])


class WrongCases(SoundMethod):
    """The cases out of the path are said to be in it."""

    def paths(self, study, expressions):
        found = super().paths(study, expressions)
        return found.assign(cases=[[case for case in study.cases if case not in inside] for inside in found["cases"]])


class CoverageOfAllCases(SoundMethod):
    """Coverage is divided by the number of cases."""

    def paths(self, study, expressions):
        found = super().paths(study, expressions)
        return found.assign(coverage=found["coverage"] * study.fuzzy[study.outcome.name].mean())


PLANTED = [each for each in list(globals().values()) if isinstance(each, type) and each.__module__ == __name__]
