"""List what the wheel carries, check that nothing is missing, and load its data without the checkout."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

wheel, sdist = map(Path, sys.argv[1:3])
with zipfile.ZipFile(wheel) as archive:
    names = archive.namelist()
print("\n".join(names))
source = {
    path.relative_to(top).as_posix()
    for top in (Path("framework"), Path("plugins"), Path("data"))
    for path in top.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
missing = sorted(source - set(names))
assert not missing, f"not in the wheel: {missing}"
for study in ("open_data_barometer_2014", "open_data_barometer_2013", "open_data_barometer_2013_2014", "heilongjiang"):
    for file in ("study.toml", "cases.csv", "README.md"):
        assert f"equifinal_data/{study}/{file}" in names
with tarfile.open(sdist) as archive:
    packed = {name.split("/", 1)[-1] for name in archive.getnames()}
for wanted in ("README.md", "LICENSE", "CITATION.cff", "tests/qca/golden/fuzzy000.json"):
    assert wanted in packed, f"not in the source distribution: {wanted}"

check = (
    "import sys; sys.path.insert(0, sys.argv[1]); import equifinal as eq; from pathlib import Path\n"
    "assert sys.argv[1] in eq.__file__, eq.__file__\n"
    "for name in ('open-data-barometer-2014', 'open-data-barometer-2013', 'open-data-barometer-2013-2014', 'heilongjiang'):\n"
    "    source = eq.studies()[name].cls.path\n"
    "    assert sys.argv[1] in str(source), source\n"
    "    print(name, len(eq.load_study(name).data), 'cases')\n"
)
unpacked = wheel.parent / "unpacked"
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(unpacked)
subprocess.run([sys.executable, "-c", check, str(unpacked)], check=True, cwd=wheel.parent)
