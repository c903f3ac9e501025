"""Names beside points, placed without overlap."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equifinal_output.figures.style import INK, clean, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

#: How far from its point the nearest corner of a name may lie, in points (1/72 inch).
_DISTANCES = (4.5, 8.0, 13.0, 19.0, 26.0, 34.0, 44.0)
#: Names farther away get a line to their point.
_NEAR = 8.0
#: Right, left, up, down, then the corners.
_DIRECTIONS = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)], dtype=float)
#: Half the space that a point takes, and the space kept free around a name.
_POINT, _GAP = 3.2, 0.8
#: Points closer than this share a name.
_SAME_PLACE = 1.0
_LONGEST = 26


def label_points(
    ax: "Axes", x: Any, y: Any, names: Sequence[Any], first: Sequence[int], size: float = 7.0
) -> list[str]:
    """Write the name of each point beside it, where it covers no other name or point.

    Each name is tried in eight directions at growing distances, inside the axes; one that fits nowhere is left out. The layout
    of the figure must be final. Points in one place share a label.

    Parameters
    ----------
    x, y
        Where the points lie, shape (n,), in the axes' own units.
    names
        What to write, n texts.
    first
        Positions, the most important first: they get the best places.
    size
        Of the text, in points.

    Returns
    -------
    list of str
        The names that were not written.

    Notes
    -----
    Finding the largest number of names that fit is NP-hard (Marks & Shieber 1991); placing them one by one is the usual
    approach and always gives the same result.
    """
    if not len(names):
        return []
    unit = 72.0 / ax.figure.dpi
    points = ax.transData.transform(np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])) * unit
    frame = ax.get_window_extent()
    low, high = np.array([frame.x0, frame.y0]) * unit, np.array([frame.x1, frame.y1]) * unit
    taken = _Taken(points)
    left_out: list[str] = []
    for members in _places(points, first):
        text, unnamed = _shared([clean(names[member]) for member in members])
        left_out += unnamed
        width, height = _extent(text, size)
        point = points[members[0]]
        place = taken.find(point, np.array([width, height]), low, high)
        if place is None:
            left_out += [clean(names[member]) for member in members if clean(names[member]) not in unnamed]
            continue
        corner, distance = place
        line = {"arrowstyle": "-", "color": INK, "alpha": 0.45, "lw": 0.5, "shrinkA": 0, "shrinkB": 2.5}
        ax.annotate(
            text,
            (float(np.asarray(x, dtype=float)[members[0]]), float(np.asarray(y, dtype=float)[members[0]])),
            tuple(corner - point),
            textcoords="offset points",
            ha="left",
            va="bottom",
            fontsize=size,
            annotation_clip=False,
            in_layout=False,  # it lies within the axes
            arrowprops=line | {"relpos": _nearest_end(point, corner, width, height)} if distance > _NEAR else None,
        )
    return left_out


def _places(points: Floats, first: Sequence[int]) -> list[list[int]]:
    """The points in order of importance, grouped by place."""
    places: list[list[int]] = []
    where: list[Floats] = []
    for number in first:
        point = points[number]
        if where:
            apart = np.abs(np.array(where) - point).max(axis=1)
            nearest = int(apart.argmin())
            if apart[nearest] <= _SAME_PLACE:
                places[nearest].append(int(number))
                continue
        where.append(point)
        places.append([int(number)])
    return places


def _shared(names: list[str]) -> tuple[str, list[str]]:
    """A label for points in one place, and the names that it counts without listing.

    >>> _shared(["Ghana"]), _shared(["Ghana", "Chile"]), _shared(["Ghana", "Chile", "Burkina Faso", "Trinidad"])
    (('Ghana', []), ('Ghana, Chile', []), ('Ghana, Chile + 2', ['Burkina Faso', 'Trinidad']))
    """
    shown = [short(names[0], _LONGEST)]
    for name in names[1:]:
        if len(", ".join([*shown, name])) > _LONGEST - 5:
            break
        shown.append(name)
    rest = names[len(shown) :]
    return ", ".join(shown) + (f" + {len(rest)}" if rest else ""), rest


def _extent(text: str, size: float) -> tuple[float, float]:
    """Width and height of a line of text, in points; matplotlib never makes a line lower than "lp"."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    properties = FontProperties(size=size)
    width, height, _ = text_to_path.get_text_width_height_descent(text, properties, ismath=False)
    _, least, _ = text_to_path.get_text_width_height_descent("lp", properties, ismath=False)
    return width * 1.03, max(height, least) * 1.06


def _nearest_end(point: Floats, corner: Floats, width: float, height: float) -> tuple[float, float]:
    """Where on the label a line from the point ends, as shares of its width and height."""
    return (
        float(np.clip((point[0] - corner[0]) / width, 0, 1)),
        float(np.clip((point[1] - corner[1]) / height, 0, 1)),
    )


class _Taken:
    """The space taken by points, names and lines."""

    def __init__(self, points: Floats) -> None:
        self._low, self._high = points - _POINT, points + _POINT

    def find(self, point: Floats, extent: Floats, low: Floats, high: Floats) -> tuple[Floats, float] | None:
        """The best free place for a label of that extent: its lower left corner and its distance; takes it."""
        for distance in _DISTANCES:
            corners = point - extent / 2 + _DIRECTIONS * (extent / 2 + distance * np.where(_diagonal, 0.72, 1.0))
            inside = ((corners >= low) & (corners + extent <= high)).all(axis=1)
            free = inside & ~self._covered(corners - _GAP, corners + extent + _GAP)
            for number in np.flatnonzero(free):
                corner = corners[number]
                if distance <= _NEAR:
                    self._take(corner[np.newaxis], (corner + extent)[np.newaxis])
                    return corner, distance
                ends = np.clip(point, corner, corner + extent)
                steps = point + (ends - point) * np.linspace(0.2, 0.95, 9)[:, np.newaxis]
                if not self._covered(steps - 0.3, steps + 0.3, but=point).any():
                    self._take(np.vstack([corner, steps - 0.3]), np.vstack([corner + extent, steps + 0.3]))
                    return corner, distance
        return None

    def _covered(self, low: Floats, high: Floats, but: Floats | None = None) -> NDArray[np.bool_]:
        apart = (low[:, np.newaxis] >= self._high) | (high[:, np.newaxis] <= self._low)
        covers: NDArray[np.bool_] = ~np.any(apart, axis=2)
        if but is not None:  # a line begins at its own point
            covers &= ~((self._low <= but) & (but <= self._high)).all(axis=1)
        found: NDArray[np.bool_] = np.any(covers, axis=1)
        return found

    def _take(self, low: Floats, high: Floats) -> None:
        self._low, self._high = np.vstack([self._low, low]), np.vstack([self._high, high])


_diagonal = (np.abs(_DIRECTIONS).sum(axis=1) == 2)[:, np.newaxis]
