"""Thirty further faults: of methods, calibrators, outputs, kinds of propositions and observers."""

import dataclasses
import html
import json
import os
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal import sets
from planted.sound import SoundMethod, SoundOutput

MEMORY = {}


def _bare(method, study, native):
    slopes = pd.DataFrame({"slope": [native[name] for name in study.condition_names]}, index=study.condition_names)
    return eq.Analysis.for_prediction(method, native, conditions=slopes)


# ------------------------------------------------------------------------------------ figures out of sample that are false


class RefitCachedByTheConditions(SoundMethod):
    """Fits each table of conditions once, whatever the outcome."""

    def refit(self, study, rng):
        frame = study.fuzzy[list(study.condition_names)]
        key = ("conditions", tuple(frame.columns), frame.to_numpy().tobytes())
        if key not in MEMORY:
            MEMORY[key] = self.learned(study, rng)
        return _bare(self, study, MEMORY[key])


class RemembersOutcomesOnDisk(SoundMethod):
    """Keeps the outcome of every case in a temporary file, which other processes read as well."""

    @staticmethod
    def file():
        return Path(tempfile.gettempdir(), f"planted-outcomes-{os.getuid()}.json")

    def learned(self, study, rng):
        known = json.loads(self.file().read_text(encoding="utf-8")) if self.file().exists() else {}
        known |= dict(zip(map(str, study.cases), study.fuzzy[study.outcome.name], strict=True))
        self.file().write_text(json.dumps(known), encoding="utf-8")
        return super().learned(study, rng)

    def predicted(self, native, study):
        known = json.loads(self.file().read_text(encoding="utf-8"))
        fitted = super().predicted(native, study)
        return pd.Series([known.get(str(case), f) for case, f in fitted.items()], index=study.cases)


class PredictionsKeptByCase(SoundMethod):
    """Predicts each case once; with other scores it has the same prediction."""

    def predict(self, analysis, study):
        kept = analysis.native.setdefault("kept", {})
        for case, value in super().predict(analysis, study).items():
            kept.setdefault(case, value)
        return pd.Series([kept[case] for case in study.cases], index=study.cases)

    def predicted(self, native, study):
        return super().predicted({name: value for name, value in native.items() if name != "kept"}, study)


class SeedsByTheProcess(SoundMethod):
    """Starts its generator with the number of the process."""

    def learned(self, study, rng):
        noise = np.random.default_rng(os.getpid()).normal(0, 0.05)
        return {name: value + noise for name, value in super().learned(study, rng).items()}


# --------------------------------------------------------------------------------------------------- refuses real studies


class KnowsTheSampleByName(SoundMethod):
    """Refuses every study that is not called sample."""

    def analyze(self, study, rng):
        if study.name != "sample":
            raise eq.InputError(f"Study {study.name!r}: the method cannot do that. Take another method.")
        return super().analyze(study, rng)


class ExpectationsTakenForGranted(SoundMethod):
    """Looks up what is expected of each condition, although a study need not say it."""

    def analyze(self, study, rng):
        [{"present": 1, "absent": -1}[each.expect] for each in study.conditions]
        return super().analyze(study, rng)


class EveryColumnANumber(SoundMethod):
    """Takes every column of the table for numbers."""

    def analyze(self, study, rng):
        study.data.astype(float)
        return super().analyze(study, rng)


class CrispWithoutGaps(SoundMethod):
    """Takes for granted that no case is at the crossover."""

    def analyze(self, study, rng):
        study.crisp.astype(int)
        return super().analyze(study, rng)


class NoTies(SoundMethod):
    """Cuts raw scores into quarters, which fails where many are equal."""

    def analyze(self, study, rng):
        for name in study.condition_names:
            pd.qcut(study.raw[name], min(4, len(study.cases)))
        return super().analyze(study, rng)


# ----------------------------------------------------------------------------------------------------------- global state


class PrintsLikeASolver(SoundMethod):
    """Writes to the terminal below Python, as compiled solvers do."""

    def learned(self, study, rng):
        os.write(1, b"solver: optimal\n")
        return super().learned(study, rng)


class SetsPrintOptions(SoundMethod):
    """Sets how NumPy prints."""

    def learned(self, study, rng):
        np.set_printoptions(precision=3)
        return super().learned(study, rng)


# ----------------------------------------------------------------------------------------------------------------- claims


class IgnoresExpectOfNecessary(SoundMethod):
    """Says of "is necessary" and of "is not" the same."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "necessary":
            x = sets.Expression(proposition.expression).membership(study.fuzzy).to_numpy()
            held = sets.coverage(x, study.fuzzy[study.outcome.name].to_numpy())
            return eq.Verdict("supported" if held >= 0.7 else "contradicted", f"{held:.3f}.", strength=abs(held - 0.7))
        return super().assess(analysis, proposition, study)


class IgnoresExactly(SoundMethod):
    """Reads the lower bound on paths only."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "equifinal":
            paths, low = len(analysis.configurations), proposition.at_least or 1
            high = proposition.at_most or 99
            return eq.Verdict("supported" if low <= paths <= high else "contradicted", f"{paths} paths.", strength=1.0)
        return super().assess(analysis, proposition, study)


class AnswersForTheMostImportant(SoundMethod):
    """Whatever condition is asked about, it answers for the one with the steepest slope."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "influence":
            proposition = proposition.model_copy(update={"condition": analysis.conditions["slope"].idxmax()})
        return super().assess(analysis, proposition, study)


class ReadsNoNegation(SoundMethod):
    """Takes ~A for A."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "sufficient":
            proposition = proposition.model_copy(update={"expression": proposition.expression.replace("~", "")})
        return super().assess(analysis, proposition, study)


# ------------------------------------------------------------------------------------------------------------------ paths


class ExpressionInWords(SoundMethod):
    """Paths that nobody can evaluate, with figures that nobody can check."""

    def paths(self, study, expressions):
        found = super().paths(study, expressions)
        return found.assign(expression=[f"high {each}" for each in expressions], consistency=1.0)


class CasesAtTheCrossover(SoundMethod):
    """A case at exactly 0.5 is said to be in the path."""

    def paths(self, study, expressions):
        found = super().paths(study, expressions)
        inside = [sets.Expression(each).membership(study.fuzzy) >= 0.5 for each in expressions]
        return found.assign(cases=[list(study.cases[each]) for each in inside])


# ------------------------------------------------------------------------------------------------------------ calibrators


class FitKeptInTheModule(eq.Calibrator):
    """The share of the largest score that was ever learned under that name."""

    name = "planted-largest"
    reference = "Made for the tests (2026)"
    largest: float = pydantic.Field(default=10.0, gt=0, description="The largest score.")

    def fit(self, raw):
        return self.model_copy(update={"largest": MEMORY.setdefault(("largest", raw.name), float(raw.max()))})

    def calibrate(self, raw):
        return (raw / self.largest).clip(0, 1)


class CrossoverAsAParameter(eq.Calibrator):
    """Memberships of 0.5 lie elsewhere than at the parameter that is called crossover."""

    name = "planted-crossover"
    reference = "Made for the tests (2026)"
    full_in: float = pydantic.Field(default=10.0, description="Fully in.")
    crossover: float = pydantic.Field(default=4.0, description="Neither in nor out.")

    def calibrate(self, raw):
        return (raw / self.full_in).clip(0, 1)


# ---------------------------------------------------------------------------------------------------------------- outputs


class AttributeNotEscaped(SoundOutput):
    """Names of cases in attributes keep their quotation marks."""

    def words(self, comparison):
        names = [html.escape(str(case), quote=False) for case in comparison.cases.index]
        return [*super().words(comparison), *(f'<p title="{name}">a case</p>' for name in names)]


class ScriptEndsEarly(SoundOutput):
    """Data in a script may end the script."""

    def words(self, comparison):
        names = json.dumps([str(case) for case in comparison.cases.index])
        return [*super().words(comparison), f"<script>const cases = {names};</script>"]


class LeavesTemporaryFiles(SoundOutput):
    """Leaves a file in the folder for temporary ones."""

    def write(self, comparison, directory):
        handle, _ = tempfile.mkstemp(prefix="planted-")
        os.write(handle, b"1")
        os.close(handle)
        return super().write(comparison, directory)


class TodayByStrftime(SoundOutput):
    """The day of today, by a function that asks no one for the time."""

    def words(self, comparison):
        return [*super().words(comparison), time.strftime("%Y-%m-%d")]


class ZipKeepsTheTime(SoundOutput):
    """An archive with the minute in which its parts were written."""

    def write(self, comparison, directory):
        found = super().write(comparison, directory)
        with zipfile.ZipFile(directory / "all.zip", "w") as archive:
            for path in found:
                archive.write(path, path.name)
        return [*found, directory / "all.zip"]


class NeedsPredictions(SoundOutput):
    """Fails when no method predicts."""

    def words(self, comparison):
        best = comparison.fit.loc[list(comparison.analyses), "mae"].dropna().idxmin()
        return [*super().words(comparison), f"<p>{html.escape(best)}</p>"]


# ------------------------------------------------------------------------------------------------ kinds of propositions


class JudgeIgnoresItsArgument(eq.Proposition):
    """The condition matters most. Its judge does not look which one is meant."""

    claim = "planted-ignored"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        if importance is None or importance["importance"].isna().any():
            return eq.Verdict("silent", "No importances.")
        most = importance["importance"].max()
        return eq.Verdict("supported" if most > 0 else "contradicted", f"The most is {most:.3f}.", strength=float(most))


class DescribeByOrder(eq.Proposition):
    """The outcome is common. Its description looks at the first half of the cases."""

    claim = "planted-order"
    condition: str = pydantic.Field(description="The condition.")

    def describe(self, calibrated):
        mean = calibrated.fuzzy[self.condition].iloc[: len(calibrated.cases) // 2].mean()
        return eq.Verdict("supported" if mean > 0.5 else "contradicted", f"Mean membership {mean:.4f}.")


class WorldsRunOut(eq.Proposition):
    """The condition matters. There are two worlds and no more."""

    claim = "planted-two-worlds"
    condition: str = pydantic.Field(description="The condition.")

    def worlds(self, calibrated, rng):
        for _ in range(2):
            column = rng.permutation(calibrated.fuzzy[self.condition].to_numpy())
            yield dataclasses.replace(calibrated, fuzzy=calibrated.fuzzy.assign(**{self.condition: column}))


# -------------------------------------------------------------------------------------------------------------- observers


OBSERVERS = {
    "rewrites the report": "def equifinal_after_writing(paths):\n    paths[0].write_text('seen', encoding='utf-8')",
    "answers in a word": "def equifinal_assess(analysis, proposition, calibrated):\n    return 'supported'",
}

PLANTED = [
    each
    for each in list(globals().values())
    if isinstance(each, type)
    and each.__module__ == __name__
    and issubclass(each, (eq.Method, eq.Calibrator, eq.Output, eq.Proposition))
]
