"""Check the report that the README's main command wrote against the reference figures of the study."""

import csv
import json
import math
import sys
from pathlib import Path

folder = Path(sys.argv[1])
report = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
html = (folder / "report.html").read_text(encoding="utf-8")


def close(found, wanted, digits):
    assert math.isclose(found, wanted, abs_tol=0.5 * 10**-digits + 1e-9), (found, wanted)


missing = [name for name in manifest["files"] if not (folder / name).is_file()]
assert not missing, f"the manifest names files that are not there: {missing}"
assert {"report.html", "report.md", "comparison.json", "manifest.json"} <= set(manifest["files"])
assert manifest["study"] == "open-data-barometer-2014"
assert manifest["cases"] == 86

assert not report["failures"], report["failures"]
analyses = report["analyses"]
fsqca = analyses["fsqca"]
paths = {row["expression"] for row in fsqca["configurations"]}
assert paths == {"LEAD*DEM*FIN", "LEAD*DEM*HUM"}, paths
for name, wanted in {"consistency": 0.830, "pri": 0.761, "coverage": 0.739}.items():
    close(fsqca["fit"][name], wanted, 3)
necessity = {row["expression"]: row["consistency"] for row in fsqca["tables"]["necessity"]}
for name, wanted in {"LEAD": 0.864, "DEM": 0.842, "FIN": 0.747, "HUM": 0.809}.items():
    close(necessity[name], wanted, 3)

regression = analyses["regression"]
coefficients = [row["coefficient"] for row in regression["conditions"]]
for found, wanted in zip(coefficients, (3.256, 1.513, 1.484, 1.827), strict=True):
    close(found, wanted, 3)
close(regression["fit"]["r_squared"], 0.674, 3)

assert analyses["clustering"]["configurations"], "no clusters"
verdicts = report["verdicts"]
assert {"1-LEAD", "2-paths", "3-key", "4-FIN"} <= {row["id"] for row in verdicts}
words = {value for row in verdicts for key, value in row.items() if key != "id"}
assert words <= {"supported", "contradicted", "inconclusive", "silent"}, words
for label in analyses:
    assert label in html, f"{label} is not in the HTML report"

tables = sorted((folder / "tables").glob("*.csv"))
assert tables, "no CSV tables"
for table in tables:
    with table.open(encoding="utf-8-sig", newline="") as lines:
        widths = {len(row) for row in csv.reader(lines)}
    assert len(widths) == 1, f"{table.name} has rows of different widths: {widths}"
print(f"{folder}: {len(manifest['files'])} files, all figures as in the references")
