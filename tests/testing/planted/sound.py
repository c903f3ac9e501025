"""A method, a calibrator and an output without a fault."""

import html
import json

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal import sets


class SoundMethod(eq.Method):
    """A least-squares equation of memberships, and a path for each condition whose slope is positive."""

    name = "sound-equation"
    reference = "Made for the tests (2026)"
    sufficient_paths = True

    def learned(self, study, rng):
        names = list(study.condition_names)
        x = np.column_stack([np.ones(len(study.cases)), study.fuzzy[names].to_numpy()])
        slopes = np.linalg.lstsq(x, study.fuzzy[study.outcome.name].to_numpy(), rcond=None)[0]
        return {"": slopes[0], **dict(zip(names, slopes[1:], strict=True))}

    def analyze(self, study, rng):
        study.require_memberships(self.name)
        native = self.learned(study, rng)
        names = list(study.condition_names)
        slopes = np.array([native[name] for name in names])
        signs = np.where(slopes > 0.05, 1, np.where(slopes < -0.05, -1, 0))
        said = [f"Slope {slope:.3f}." for slope in slopes]
        role = np.where(signs != 0, "contributing", "none")
        conditions = pd.DataFrame({"role": role, "direction": signs, "evidence": said, "slope": slopes}, index=names)
        cases = pd.DataFrame({"group": None, "predicted": self.predicted(native, study)}, index=study.cases)
        fit = {"n": len(cases), "mean": float(cases["predicted"].mean())}
        paths = [name for name, sign in zip(names, signs, strict=True) if sign > 0]
        return eq.Analysis(self, conditions, self.paths(study, paths), cases, fit, {}, [], native)

    def paths(self, study, expressions):
        y = study.fuzzy[study.outcome.name].to_numpy()
        rows = []
        for each in expressions:
            x = sets.Expression(each).membership(study.fuzzy)
            rows.append(
                (each, list(study.cases[x > 0.5]), sets.consistency(x.to_numpy(), y), sets.coverage(x.to_numpy(), y))
            )
        return pd.DataFrame(rows, columns=["expression", "cases", "consistency", "coverage"], index=list(expressions))

    def predicted(self, native, study):
        total = native[""] + sum(native[name] * study.fuzzy[name] for name in study.condition_names)
        return total.clip(0.0, 1.0)

    def refit(self, study, rng):
        native = self.learned(study, rng)
        slopes = pd.DataFrame({"slope": [native[name] for name in study.condition_names]}, index=study.condition_names)
        return eq.Analysis.for_prediction(self, native, conditions=slopes)

    def predict(self, analysis, study):
        return self.predicted(analysis.native, study)

    def assess(self, analysis, proposition, study):
        slopes = analysis.conditions["slope"]
        if proposition.claim == "influence":
            slope = proposition.sign * float(slopes[proposition.condition])
            answer = "supported" if slope > 0.05 else "contradicted" if slope < -0.05 else "inconclusive"
            return eq.Verdict(answer, f"Slope {slope:.3f}.", {"slope": slope}, strength=abs(slope))
        if proposition.claim == "sufficient":
            x = sets.Expression(proposition.expression).membership(study.fuzzy).to_numpy()
            held = sets.consistency(x, study.fuzzy[study.outcome.name].to_numpy())
            answer = "supported" if (held >= 0.8) == proposition.expect else "contradicted"
            return eq.Verdict(answer, f"Consistency {held:.3f}, threshold 0.8.", strength=abs(float(held) - 0.8))
        return super().assess(analysis, proposition, study)

    def advise(self, analysis, study):
        return pd.Series(f"{analysis.conditions['slope'].idxmax()} first.", index=study.cases)


class SoundCalibrator(eq.Calibrator):
    """A straight line from 0 to 10."""

    name = "sound-line"
    reference = "Made for the tests (2026)"

    def calibrate(self, raw):
        return (raw.astype(float) / 10.0).clip(0.0, 1.0)

    def anchor_scores(self):
        return {"full_out": 0.0, "crossover": 5.0, "full_in": 10.0}


class SoundOutput(eq.Output):
    """A page, and the verdicts as lines."""

    name = "sound-page"

    def words(self, comparison):
        lines = [f"<h1>{html.escape(comparison.study.title)}</h1>", f"<p>{html.escape(comparison.banner)}</p>"]
        lines += [f"<p>{html.escape(label)}</p>" for label in comparison.analyses]
        lines += [f"<p>{html.escape(str(case))}</p>" for case in comparison.cases.index]
        lines += [
            f"<p>{html.escape(str(row['case']))}: {html.escape(str(row['lacks']))}</p>"
            for _, row in comparison.advice.iterrows()
        ]
        return [*lines, f"<pre>{html.escape(json.dumps(comparison.manifest))}</pre>"]

    def write(self, comparison, directory):
        page, text = directory / "page.html", directory / "verdicts.txt"
        page.write_text('<meta charset="utf-8">\n' + "\n".join(self.words(comparison)), encoding="utf-8")
        text.write_text(comparison.verdicts.to_csv() + "end\n", encoding="utf-8")
        return [page, text]
