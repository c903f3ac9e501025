"""Calibrators, outputs, kinds of propositions and observers with one fault each."""

import datetime
import os
from pathlib import Path

import numpy as np
import pydantic

import equifinal as eq
from planted.sound import SoundCalibrator, SoundOutput


class CrossoverElsewhere(SoundCalibrator):
    """The crossover is not at 0.5."""

    def anchor_scores(self):
        return {"full_out": 0.0, "crossover": 4.0, "full_in": 10.0}


class IntegersOtherwise(SoundCalibrator):
    """Whole numbers are divided as whole numbers."""

    def calibrate(self, raw):
        return (raw // 10 if raw.dtype.kind == "i" else raw / 10.0).clip(0, 1).astype(float)


class DropsTheName(SoundCalibrator):
    """Fails on scores whose labels are numbers."""

    def calibrate(self, raw):
        raw.index.str.len()
        return super().calibrate(raw)


class FullInBelowOne(SoundCalibrator):
    """Falls, although its anchors rise."""

    def calibrate(self, raw):
        return 1.0 - super().calibrate(raw)


class SetsNumpyInCalibrate(SoundCalibrator):
    """Sets NumPy's handling of errors."""

    def calibrate(self, raw):
        np.seterr(all="ignore")
        return super().calibrate(raw)


class LetsMarkupThrough(SoundOutput):
    """Names of cases are not escaped."""

    def words(self, comparison):
        return [*super().words(comparison), *(f"<p>{case}</p>" for case in comparison.cases.index)]


class LetsTitlesThrough(SoundOutput):
    """The title is not escaped."""

    def words(self, comparison):
        return [*super().words(comparison), f"<h2>{comparison.study.title}</h2>"]


class LetsEvidenceThrough(SoundOutput):
    """The words of methods are not escaped."""

    def words(self, comparison):
        return [*super().words(comparison), *(a.conditions["evidence"].iloc[0] for a in comparison.analyses.values())]


class WritesWhereItStands(SoundOutput):
    """Leaves a file in the working directory."""

    def write(self, comparison, directory):
        Path("planted-output.tmp").write_text("1", encoding="utf-8")
        return super().write(comparison, directory)


class WritesAbove(SoundOutput):
    """Leaves a file above its folder."""

    def write(self, comparison, directory):
        (directory.parent / "planted.tmp").write_text("1", encoding="utf-8")
        return super().write(comparison, directory)


class WritesInTheHome(SoundOutput):
    """Leaves a file in the user's home."""

    def write(self, comparison, directory):
        Path("~/.planted-output").expanduser().write_text("1", encoding="utf-8")
        return super().write(comparison, directory)


class OrderOfHashes(SoundOutput):
    """The order of a set, which differs from process to process."""

    def words(self, comparison):
        return [*super().words(comparison), " ".join({str(case) for case in comparison.cases.index})]


class Today(SoundOutput):
    """The day of today."""

    def words(self, comparison):
        return [*super().words(comparison), datetime.date.today().isoformat()]


class EncodingOfTheSystem(SoundOutput):
    """Text in whatever encoding the system has."""

    def write(self, comparison, directory):
        found = super().write(comparison, directory)
        found[1].write_text("Ærø\n" + comparison.verdicts.to_csv())
        return found


class NeedsAdvice(SoundOutput):
    """Fails when there is nothing to advise."""

    def words(self, comparison):
        return [*super().words(comparison), comparison.advice["case"].iloc[0]]


class NeedsTwoMethods(SoundOutput):
    """Fails with one method."""

    def words(self, comparison):
        return [*super().words(comparison), list(comparison.analyses)[1]]


class NeedsPropositions(SoundOutput):
    """Fails without a proposition."""

    def words(self, comparison):
        return [*super().words(comparison), str(comparison.verdicts.iloc[0, 0])]


class FilesByLabel(SoundOutput):
    """The label of a method is the name of a file."""

    def write(self, comparison, directory):
        found = super().write(comparison, directory)
        for label in comparison.analyses:
            found.append(directory / f"{label}.txt")
            found[-1].write_text("1", encoding="utf-8")
        return found


class PrintsWhatItWrites(SoundOutput):
    """Prints."""

    def write(self, comparison, directory):
        print("writing", directory)
        return super().write(comparison, directory)


class SetsAVariableWhenWriting(SoundOutput):
    """Sets an environment variable."""

    def write(self, comparison, directory):
        os.environ["PLANTED_BACKEND"] = "Agg"
        return super().write(comparison, directory)


# ----------------------------------------------------------------------------------------------------- propositions


class JudgeRaises(eq.Proposition):
    """The condition matters most. Its judge cannot stand what is usual."""

    claim = "planted-raises"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        return eq.Verdict("supported", f"{importance.loc[self.condition, 'importances']}")


class JudgeReturnsText(eq.Proposition):
    """The condition matters most. Its judge answers in a word."""

    claim = "planted-text"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        return "supported"


class JudgeWithoutImportance(eq.Proposition):
    """The condition matters most. Its judge fails for methods that cannot predict."""

    claim = "planted-none"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        most = importance["importance"].sort_index().idxmax() == self.condition
        return eq.Verdict("supported" if most else "contradicted", "Importances were compared.", strength=1.0)


class JudgeByPlace(eq.Proposition):
    """The condition matters most. Its judge looks at the first row."""

    claim = "planted-place"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        if importance is None:
            return eq.Verdict("silent", "No importances.")
        first = importance.index[0] == self.condition
        return eq.Verdict("supported" if first else "contradicted", "The first was compared.", strength=1.0)


class JudgeSorts(eq.Proposition):
    """The condition matters most. Its judge sorts what it is given in place."""

    claim = "planted-sorts"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        if importance is None:
            return eq.Verdict("silent", "No importances.")
        importance.sort_values("importance", inplace=True)
        last = importance.index[-1] == self.condition
        return eq.Verdict("supported" if last else "contradicted", "Importances were compared.", strength=1.0)


class ChecksNothing(eq.Proposition):
    """The condition matters. It takes conditions that no study has."""

    claim = "planted-unchecked"
    condition: str = pydantic.Field(description="The condition.")

    def check(self, where, sets, conditions, cases):
        return None


class ChecksWithAKeyError(eq.Proposition):
    """The condition matters. A condition that no study has is a traceback."""

    claim = "planted-keyerror"
    condition: str = pydantic.Field(description="The condition.")

    def check(self, where, sets, conditions, cases):
        dict.fromkeys(conditions, True)[self.condition]


class DescribesNothing(eq.Proposition):
    """The condition is common. Its description has no answer."""

    claim = "planted-description"
    condition: str = pydantic.Field(description="The condition.")

    def describe(self, calibrated):
        return None


class WorldsThatAreNone(eq.Proposition):
    """The condition matters. Its worlds are tables."""

    claim = "planted-worlds"
    condition: str = pydantic.Field(description="The condition.")

    def worlds(self, calibrated, rng):
        while True:
            yield calibrated.fuzzy.sample(frac=1, random_state=int(rng.integers(2**31)))


class WorldsOutOfNothing(eq.Proposition):
    """The condition matters. Its worlds differ each time, whatever the seed."""

    claim = "planted-unseeded"
    condition: str = pydantic.Field(description="The condition.")

    def worlds(self, calibrated, rng):
        import dataclasses

        mine = np.random.default_rng()
        while True:
            column = mine.permutation(calibrated.fuzzy[self.condition].to_numpy())
            yield dataclasses.replace(calibrated, fuzzy=calibrated.fuzzy.assign(**{self.condition: column}))


# --------------------------------------------------------------------------------------------------------- observers


OBSERVERS = {
    "raises": "def equifinal_after_comparison(comparison):\n    comparison.no_such_table",
    "changes what it sees": "def equifinal_after_calibration(calibrated):\n    calibrated.fuzzy.iloc[:, 0] = 0.5",
    "closes a stream": "def equifinal_after_analysis(label, analysis, calibrated):\n    import sys; sys.stderr = None",
    "moves": "def equifinal_before_analysis(label, method, calibrated):\n    import os; os.chdir('/')",
    "cannot stand a failure": "def equifinal_analysis_failed(failure):\n    failure.label.upper() + failure.nothing",
    "misreads the paths": "def equifinal_after_writing(paths):\n    open(paths[0] / 'x')",
}

PLANTED = [
    each
    for each in list(globals().values())
    if isinstance(each, type)
    and each.__module__ == __name__
    and issubclass(each, (eq.Calibrator, eq.Output, eq.Proposition))
]
