"""Make the pictures of the README and the docs from the code: ``python docs/make_pictures.py``."""

from pathlib import Path

import equifinal as eq
from equifinal_output.figures import plot_verdicts

folder = Path(__file__).parent / "images"
comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014")))
figure = plot_verdicts(comparison).figure
figure.savefig(folder / "verdicts.png", dpi=110)
print(folder / "verdicts.png")
