"""Thirty faults, and three plugins without any, by a methodologist who had read only the pages for authors of plugins.

They were counted before the checks knew of them: 7 of the 30 were found. Each is here as small as the others, in the words of the
sentence of the page that it offends.
"""

import datetime
import html
from typing import Self

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal import sets
from planted.sound import SoundCalibrator, SoundMethod, SoundOutput

MEMORY = {}


def ridge(x, y, penalty):
    centre = x.mean(axis=0)
    gram = (x - centre).T @ (x - centre) / len(y) + penalty * np.eye(x.shape[1])
    slopes = np.linalg.solve(gram, (x - centre).T @ (y - y.mean()) / len(y))
    return slopes, float(y.mean() - centre @ slopes)


def native_of(names, slopes, intercept):
    return {"": float(intercept), **dict(zip(names, map(float, slopes), strict=True))}


# ------------------------------------------------------------------------------------------------------ without a fault


class ShrunkenSlopes(SoundMethod):
    """A ridge regression of memberships."""

    penalty: float = pydantic.Field(default=0.1, gt=0, le=100, description="How strongly slopes are shrunk.")

    def learned(self, study, rng):
        names = list(study.condition_names)
        x, y = study.fuzzy[names].to_numpy(), study.fuzzy[study.outcome.name].to_numpy()
        return native_of(names, *ridge(x, y, self.penalty))


class SmoothSteps(eq.Calibrator):
    """Two smooth steps that meet at the crossover, rising or falling."""

    name = "smooth-steps"
    reference = "Made for the tests (2026)"
    full_out: float = pydantic.Field(description="Fully out of the set.", examples=[20.0])
    crossover: float = pydantic.Field(description="Neither in nor out.", examples=[50.0])
    full_in: float = pydantic.Field(description="Fully in the set.", examples=[80.0])

    @pydantic.model_validator(mode="after")
    def _between(self) -> Self:
        if not (self.full_out < self.crossover < self.full_in or self.full_out > self.crossover > self.full_in):
            raise ValueError("crossover must lie between full_out and full_in.")
        return self

    def calibrate(self, raw):
        turn = 1 if self.full_in > self.full_out else -1
        anchors = turn * np.array([self.full_out, self.crossover, self.full_in])
        share = np.interp(turn * raw.to_numpy(dtype=float), anchors, (-1.0, 0.0, 1.0))
        return pd.Series(0.5 + 0.25 * share * (3 - share**2), index=raw.index)


class VerdictPage(SoundOutput):
    """The verdicts as one page, with or without the evidence behind them."""

    evidence: bool = pydantic.Field(default=True, description="Whether to give the evidence.")

    def words(self, comparison):
        said = [str(failure) for failure in comparison.failures.values()]
        for identifier, row in comparison.propositions.iterrows():
            said.append(f"{identifier}: {row['text']}")
            for label, verdict in comparison.verdicts.loc[identifier].items():
                why = f". {comparison.verdict_evidence.loc[identifier, label]}" if self.evidence else ""
                said.append(f"{label}: {verdict}{why}")
        return [*super().words(comparison), *(f"<p>{html.escape(each)}</p>" for each in said)]


class Outweighs(eq.Proposition):
    """The condition is more important than its rival, by more than a margin."""

    claim = "planted-outweighs"
    condition: str = pydantic.Field(description="The condition that matters more.")
    rival: str = pydantic.Field(description="The condition that matters less.", examples=["FIN"])
    margin: float = pydantic.Field(default=0.0, ge=0, description="By how much.")

    def check(self, where, sets, conditions, cases):
        super().check(where, sets, conditions, cases)
        if self.rival not in conditions:
            raise eq.InputError(f"{where}there is no condition {self.rival}; there are {', '.join(conditions)}.")

    def judge(self, importance):
        if importance is None:
            return eq.Verdict("silent", "It does not predict.")
        lead = float(importance.loc[self.condition, "importance"] - importance.loc[self.rival, "importance"])
        if np.isnan(lead):
            return eq.Verdict("inconclusive", "An importance is missing.")
        answer = "supported" if lead > self.margin else "contradicted" if lead < -self.margin else "inconclusive"
        return eq.Verdict(answer, f"The lead is {lead:.3f}.", {"lead": lead}, abs(lead))


GOOD = [ShrunkenSlopes, SmoothSteps, VerdictPage, Outweighs]


# -------------------------------------------------------------------------------------------------------------- methods


class ControlsNotDeclared(SoundMethod):
    """Every other column of numbers is a further predictor."""

    def controls(self, study):
        taken = {study.outcome.column, *(variable.column for variable in study.conditions)}
        return [column for column in study.data.select_dtypes("number").columns if column not in taken]

    def learned(self, study, rng):
        names, controls = list(study.condition_names), self.controls(study)
        x = np.hstack([study.fuzzy[names].to_numpy(), study.data[controls].to_numpy(dtype=float)])
        slopes, intercept = ridge(x, study.fuzzy[study.outcome.name].to_numpy(), 1e-6)
        return {**native_of(names, slopes[: len(names)], intercept), "controls": slopes[len(names) :].tolist()}

    def predicted(self, native, study):
        conditions = {name: value for name, value in native.items() if name != "controls"}
        table = study.data[self.controls(study)].to_numpy(dtype=float)
        total = conditions[""] + sum(conditions[name] * study.fuzzy[name] for name in study.condition_names)
        return (total + table @ np.array(native["controls"])).clip(0.0, 1.0)


class PredictionsKeptByScores(SoundMethod):
    """What was computed once for a row of scores is kept, whatever the fit."""

    def predicted(self, native, study):
        fitted = super().predicted(native, study)
        rows = map(tuple, study.raw[list(study.condition_names)].to_numpy())
        kept = MEMORY.setdefault("kept", {})
        return pd.Series([kept.setdefault(row, f) for row, f in zip(rows, fitted, strict=True)], index=study.cases)


class TiesByChance(SoundMethod):
    """Predicts by the three nearest cases; among those equally near, chance decides."""

    def learned(self, study, rng):
        native = super().learned(study, rng)
        known = study.raw[list(study.condition_names)].to_numpy(), study.fuzzy[study.outcome.name].to_numpy()
        return {**native, "known": known}

    def predicted(self, native, study):
        scores, outcome = native["known"]
        found = []
        for row in study.raw[list(study.condition_names)].to_numpy():
            distance = ((scores - row) ** 2).sum(axis=1).round(9)
            nearest = np.lexsort((np.random.default_rng().random(len(distance)), distance))[:3]
            found.append(outcome[nearest].mean())
        return pd.Series(found, index=study.cases)


class FoldsByName(SoundMethod):
    """The folds that choose the penalty go by the alphabetical order of the cases."""

    def learned(self, study, rng):
        names = list(study.condition_names)
        x, y = study.fuzzy[names].to_numpy(), study.fuzzy[study.outcome.name].to_numpy()
        place = {case: position for position, case in enumerate(sorted(study.cases, key=str))}
        fold = np.array([place[case] % 4 for case in study.cases])
        grid, errors = np.logspace(-3, 1, 9), np.zeros(9)
        for part in range(4) if len(y) > 7 else ():
            for number, penalty in enumerate(grid):
                slopes, intercept = ridge(x[fold != part], y[fold != part], penalty)
                errors[number] += ((intercept + x[fold == part] @ slopes - y[fold == part]) ** 2).sum()
        return native_of(names, *ridge(x, y, grid[np.argmin(errors.round(12))]))


class EffectsOnTheScore(SoundMethod):
    """Slopes of the outcome's raw score, whichever way it is calibrated."""

    def learned(self, study, rng):
        names = list(study.condition_names)
        y = study.raw[study.outcome.name].to_numpy()
        spread = np.ptp(y) or 1.0
        return native_of(names, *ridge(study.fuzzy[names].to_numpy(), (y - y.min()) / spread, 1e-3))


class MeansOfThePredicted(SoundMethod):
    """In a panel, half of the unit's mean among the cases that are predicted is taken away."""

    def within(self, study):
        x = study.fuzzy[list(study.condition_names)]
        if study.unit is not None:
            x = x - 0.5 * x.groupby(study.data[study.unit].to_numpy()).transform("mean")
        return x

    def learned(self, study, rng):
        y = study.fuzzy[study.outcome.name].to_numpy()
        return native_of(study.condition_names, *ridge(self.within(study).to_numpy(), y, 0.1))

    def predicted(self, native, study):
        x = self.within(study)
        return (native[""] + sum(native[name] * x[name] for name in study.condition_names)).clip(0.0, 1.0)


class TrimmedToNothing(SoundMethod):
    """Differences of trimmed means; a share that is allowed leaves nothing."""

    trim: float = pydantic.Field(default=0.1, ge=0, le=0.5, description="The share left out at either end.")

    def learned(self, study, rng):
        values = sorted(study.fuzzy[study.outcome.name])
        left_out = int(self.trim * len(values))
        kept = values[left_out : len(values) - left_out]
        return {**super().learned(study, rng), "level": sum(kept) / len(kept)}


class RefitIgnoresThePenalty(ShrunkenSlopes):
    """A refit has the penalty of the default."""

    def refit(self, study, rng):
        return eq.Analysis.for_prediction(self, type(self)().learned(study, rng), conditions=pd.DataFrame())


class EvidenceBySize(SoundMethod):
    """The sentences stand in the order of the slopes, the rows in that of the study."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        by_size = found.conditions["slope"].abs().sort_values(ascending=False).index
        found.conditions["evidence"] = found.conditions["evidence"].loc[by_size].to_list()
        return found


class CasesFromOneHalf(SoundMethod):
    """Cases that are neither in a path nor out of it are among its cases."""

    def paths(self, study, expressions):
        found = super().paths(study, expressions)
        for each in expressions:
            found.at[each, "cases"] = list(study.cases[sets.Expression(each).membership(study.fuzzy) >= 0.5])
        return found


class ExactlyUnread(SoundMethod):
    """Counts paths, and reads at_least and at_most only."""

    def assess(self, analysis, proposition, study):
        if proposition.claim != "equifinal":
            return super().assess(analysis, proposition, study)
        count = len(analysis.configurations)
        holds = proposition.at_least is None or count >= proposition.at_least
        holds = holds and (proposition.at_most is None or count <= proposition.at_most)
        return eq.Verdict("supported" if holds else "contradicted", f"{count} paths.")


class StrengthOfSupportOnly(SoundMethod):
    """Whatever is contradicted is so with a strength of 0."""

    def assess(self, analysis, proposition, study):
        verdict = super().assess(analysis, proposition, study)
        if proposition.claim != "influence":
            return verdict
        return eq.Verdict(
            verdict.answer,
            verdict.evidence,
            verdict.numbers,
            max(0.0, proposition.sign * float(analysis.conditions["slope"][proposition.condition])),
        )


class AdviceInOrderOfHashes(SoundMethod):
    """Advice joins the members of a set."""

    def advise(self, analysis, study):
        return pd.Series(f"Bring about {', '.join(set(study.condition_names))}.", index=study.cases)


class ConditionCalledY(SoundMethod):
    """The outcome is put beside the conditions, as ``y``."""

    def learned(self, study, rng):
        names = list(study.condition_names)
        frame = study.fuzzy[names].copy()
        frame["y"] = study.fuzzy[study.outcome.name]
        return native_of(names, *ridge(frame[names].to_numpy(), frame["y"].to_numpy(), 1e-6))


# ---------------------------------------------------------------------------------------------------------- calibrators


class _Quantiles(eq.Calibrator):
    """Anchors at quantiles of the scores."""

    name = "quantiles"
    reference = "Made for the tests (2026)"
    _anchors: tuple = pydantic.PrivateAttr(default=())

    def learned(self, raw):
        return tuple(float(raw.quantile(share)) for share in (0.1, 0.5, 0.9))

    def fit(self, raw):
        anchors = self.learned(raw)
        if not anchors[0] < anchors[1] < anchors[2]:
            raise eq.InputError(f"The anchors {anchors} that were found do not rise. Give anchors of your own.")
        fitted = self.model_copy()
        fitted._anchors = anchors
        return fitted

    def calibrate(self, raw):
        return pd.Series(np.interp(raw.to_numpy(dtype=float), self._anchors, (0.0, 0.5, 1.0)), index=raw.index)


class RoundedForWholeNumbers(_Quantiles):
    """Anchors are rounded where scores are stored as whole numbers."""

    def learned(self, raw):
        anchors = super().learned(raw)
        return tuple(float(round(each)) for each in anchors) if pd.api.types.is_integer_dtype(raw) else anchors


class NotesSort(_Quantiles):
    """Notes sort the scores in place."""

    def notes(self, raw):
        raw.sort_values(inplace=True)  # noqa: PD002
        return [f"The widest gap is {float(raw.diff().max()):g}."]


class FallingAnchors(SmoothSteps):
    """Falling anchors are accepted, and interpolated as if they rose."""

    def calibrate(self, raw):
        anchors = (self.full_out, self.crossover, self.full_in)
        return pd.Series(np.interp(raw.to_numpy(dtype=float), anchors, (0.0, 0.5, 1.0)), index=raw.index)


class FittedInASharedDict(SoundCalibrator):
    """What fit learned lies in a dict that copies share."""

    _learned: dict = pydantic.PrivateAttr(default_factory=dict)

    def fit(self, raw):
        fitted = self.model_copy()
        fitted._learned["highest"] = float(raw.max())
        return fitted

    def calibrate(self, raw):
        return (raw.astype(float) / (self._learned.get("highest") or 1.0)).clip(0.0, 1.0)

    def anchor_scores(self):
        return {}


class FirstHundredScores(_Quantiles):
    """Quantiles of the first hundred different scores."""

    def learned(self, raw):
        return super().learned(raw.dropna().drop_duplicates().head(100))


# -------------------------------------------------------------------------------------------------------------- outputs


class FailuresUnescaped(VerdictPage):
    """The messages of failed methods are not escaped."""

    def words(self, comparison):
        return [*super().words(comparison), *(f"<p>Failed: {each}</p>" for each in comparison.failures.values())]


class YearOfToday(VerdictPage):
    """The current year stands at the foot."""

    def words(self, comparison):
        return [*super().words(comparison), f"<p>&copy; {datetime.date.today().year}</p>"]


class IdsAsFileNames(VerdictPage):
    """A proposition's id goes into the name of a file as it is."""

    def write(self, comparison, directory):
        found = super().write(comparison, directory)
        for identifier in comparison.propositions.index:
            found.append(directory / f"card-{identifier}.txt")
            found[-1].parent.mkdir(parents=True, exist_ok=True)
            found[-1].write_text(f"{identifier}\n", encoding="utf-8")
        return found


class CompactWithoutBanner(VerdictPage):
    """On request, banner and manifest are left out."""

    compact: bool = pydantic.Field(default=False, description="Only the verdicts.")

    def words(self, comparison):
        said = super().words(comparison)
        return [each for each in said if "Simulated" not in each and "<pre>" not in each] if self.compact else said


class HeadsSorted(SoundOutput):
    """The heads of a table are sorted, its cells are not."""

    def words(self, comparison):
        verdicts = comparison.verdicts
        rows = [["proposition", *sorted(verdicts.columns)], *([str(i), *row] for i, row in verdicts.T.items())]
        cells = ["".join(f"<td>{html.escape(str(each))}</td>" for each in row) for row in rows]
        return [*super().words(comparison), "<table>", *(f"<tr>{row}</tr>" for row in cells), "</table>"]


# --------------------------------------------------------------------------------------------------------- propositions


class LeaderByTheFirstRow(eq.Proposition):
    """The condition is the most important one. Of several, the first row leads."""

    claim = "planted-leading"
    condition: str = pydantic.Field(description="The condition.")

    def judge(self, importance):
        if importance is None:
            return eq.Verdict("silent", "It does not predict.")
        values = importance["importance"].dropna()
        if self.condition not in values.index:
            return eq.Verdict("inconclusive", "The importance is missing.")
        return eq.Verdict("supported" if values.idxmax() == self.condition else "contradicted", "They were compared.")


class RivalUnchecked(Outweighs):
    """The condition is more important than its rival. Nobody looks whether there is such a rival."""

    def check(self, where, sets, conditions, cases):
        eq.Proposition.check(self, where, sets, conditions, cases)


class HalvesInNoOrder(eq.Proposition):
    """The outcome rises between halves of the cases in the order of time. Ties in the middle go by row."""

    claim = "planted-rising"
    by: float = pydantic.Field(default=0.05, ge=0, le=1, description="The smallest rise.")

    def describe(self, calibrated):
        if calibrated.time is None:
            return eq.Verdict("silent", "The study has no time.")
        ordered = calibrated.outcome_values("fuzzy")[np.argsort(calibrated.data[calibrated.time].to_numpy())]
        half = len(ordered) // 2
        rise = float(ordered[half:].mean() - ordered[:half].mean())
        return eq.Verdict("supported" if rise >= self.by else "contradicted", f"It rises by {rise:.3f}.")


# --------------------------------------------------------------------------------------- measures, facets and scenarios


def rmse(predicted, outcome, weights):
    return float(np.average((predicted - outcome) ** 2, weights=weights) ** 0.5)


def rmse_of_resamples(predicted, outcome, weights):
    return (weights * (predicted - outcome) ** 2).mean(axis=1) ** 0.5


DividesByN = eq.Measure("planted_rmse", "root mean squared error", True, rmse, rmse_of_resamples)


def histogram(comparison):
    memberships = comparison.cases["outcome", ""].to_numpy(dtype=float)

    def draw(axes):
        import matplotlib.pyplot as plt

        plt.style.use("ggplot")
        axes.hist(memberships, bins=10, range=(0, 1))

    return draw


StylesEverything = eq.Facet("planted_histogram", "Memberships", histogram, about="The number of cases by membership.")


class StandardisedByTheSample(eq.Scenario):
    """Two conditions add up, in scores standardised by the cases that are drawn."""

    name = "planted-relative"

    def response(self, causes):
        z = (causes - causes.mean()) / causes.std(ddof=0)
        return np.clip(50 + 20 * z["A"] + 15 * z["B"], 0, 100).to_numpy()


OBJECTS = {"DividesByN": DividesByN, "StylesEverything": StylesEverything}
PLANTED = [
    each
    for each in list(globals().values())
    if isinstance(each, type)
    and each.__module__ == __name__
    and issubclass(each, (eq.Method, eq.Calibrator, eq.Output, eq.Proposition, eq.Scenario))
    and each not in GOOD
    and not each.__name__.startswith("_")
]
