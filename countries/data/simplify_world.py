"""How `static/geo/*.json` was made from Natural Earth, as the npm package world-atlas 2.0.2 carries it.

    npm install world-atlas@2.0.2
    python countries/data/simplify_world.py node_modules/world-atlas

Borders are simplified arc by arc, so that neighbours keep one common line; exterior rings end clockwise, as
d3-geo, and so Plotly, wants them. What is drawn as whose: `docs/decisions/0003-boundaries-on-the-map.md`.
"""

from __future__ import annotations

import csv
import heapq
import json
import math
import re
import sys
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
Arcs = list[Ring]

HERE = Path(__file__).resolve().parent
GEO = HERE.parent.parent / "static" / "geo"
TOLERANCE = 0.02  # square degrees at the equator: a corner whose triangle is smaller goes
SHARE = 0.0015  # of the State's own area, where that is less: Lebanon is drawn finer than Canada
SMALL = 0.7  # square degrees: a smaller State can hardly be seen, and gets a point in small.json
SPECK = 0.03  # square degrees: smaller islands go, where the State has more than SMALL
UKRAINE, RUSSIA, MOROCCO, WESTERN_SAHARA = "804", "643", "504", "732"
ANTARCTICA = "010"  # left out: nobody lives there
IN_CRIMEA = (34.1, 45.2)
NORTH_OF_WESTERN_SAHARA = 27 + 40 / 60  # 27°40′ N
SPELLED_OUT = [
    ("S. Geo. and the Is.", "South Georgia and the South Sandwich Islands"),
    ("W. ", "Western "), ("N. ", "Northern "),
    ("S. Antarctic Lands", "Southern and Antarctic Lands"), ("Br. ", "British "), ("Fr. ", "French "),
    ("St. ", "Saint "), ("St-", "Saint-"), (" I. ", " Island "), ("Is.", "Islands"), ("Ter.", "Territory"),
]  # fmt: skip


def arcs_of(topology: dict[str, Any]) -> Arcs:
    """Undo TopoJSON's quantisation and differences: lists of (longitude, latitude)."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for differences in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in differences:
            x, y = x + dx, y + dy
            arc.append((x * kx + x0, y * ky + y0))
        arcs.append(arc)
    return arcs


def polygons_of(geometry: dict[str, Any]) -> list[list[list[int]]]:
    found: list[list[list[int]]] = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return found


def ring_of(indices: list[int], arcs: Arcs) -> Ring:
    """Join arcs end to start; ~i is arc i backwards."""
    ring: Ring = []
    for i in indices:
        arc = arcs[i] if i >= 0 else arcs[~i][::-1]
        ring += arc[1:] if ring else arc
    return ring


def flat_area(ring: Ring) -> float:
    """Square degrees, as wide as at the equator."""
    area = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))) / 2
    return area * math.cos(math.radians(ring[0][1]))


def holds(ring: Ring, point: Point) -> bool:
    x, y = point
    crossings = sum(
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 for (x1, y1), (x2, y2) in pairwise(ring)
    )
    return crossings % 2 == 1


def simplified(arc: Ring, tolerance: float) -> Ring:
    """Visvalingam and Whyatt (1993): drop the corner with the smallest triangle until all are large."""
    before, after = list(range(-1, len(arc) - 1)), list(range(1, len(arc) + 1))
    gone = [False] * len(arc)

    def triangle(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = arc[before[i]], arc[i], arc[after[i]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2 * math.cos(math.radians(by))

    size = {i: triangle(i) for i in range(1, len(arc) - 1)}
    heap = [(area, i) for i, area in size.items()]
    heapq.heapify(heap)
    while heap:
        area, i = heapq.heappop(heap)
        if gone[i] or area != size[i]:
            continue
        if area > tolerance:
            break
        gone[i] = True
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            if j in size:
                size[j] = max(area, triangle(j))
                heapq.heappush(heap, (size[j], j))
    return [point for i, point in enumerate(arc) if not gone[i]]


def sphere_area(ring: Ring) -> float:
    """Steradians to the right of the ring's direction, 0…4π (d3-geo's rule: below 2π is an exterior ring)."""
    total = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        turn = math.radians(x2 - x1)
        low, high = math.radians(y1) / 2 + math.pi / 4, math.radians(y2) / 2 + math.pi / 4
        k = math.sin(low) * math.sin(high)
        total += math.atan2(k * math.sin(turn), math.cos(low) * math.cos(high) + k * math.cos(turn))
    return (2 * total) % (4 * math.pi)


def wound(polygon: Polygon) -> Polygon:
    """Exterior ring clockwise, holes the other way: d3-geo fills the outside of what is wound wrongly."""
    return [
        ring if (sphere_area(ring) < 2 * math.pi) == (place == 0) else ring[::-1] for place, ring in enumerate(polygon)
    ]


def without(ring: list[int], arc: int, path: list[int]) -> list[int]:
    """The ring that goes along `path` instead of the arc that it shares with a neighbour."""
    place = ring.index(arc)
    return ring[:place] + path + ring[place + 1 :]


def dissolved(mine: list[int], other: list[int]) -> list[int]:
    """Two rings that share exactly one arc, as one."""
    shared = next(i for i in mine if ~i in other)
    place = other.index(~shared)
    return without(mine, shared, other[place + 1 :] + other[:place])


def with_crimea(geometries: dict[str, list[list[list[int]]]], arcs: Arcs) -> None:
    """Draw Crimea with Ukraine (General Assembly resolution 68/262), as the source does not."""
    crimea = next(p for p in geometries[RUSSIA] if holds(ring_of(p[0], arcs), IN_CRIMEA))
    geometries[RUSSIA].remove(crimea)
    mainland = next(p for p in geometries[UKRAINE] if any(~i in p[0] for i in crimea[0]))
    mainland[0] = dissolved(mainland[0], crimea[0])


def cut(ring: Ring, latitude: float, *, north: bool) -> Ring:
    """The part of a ring on one side of a parallel (Sutherland and Hodgman's clip for one line)."""
    kept: Ring = []
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 >= latitude) == north:
            kept.append((x1, y1))
        if (y1 >= latitude) != (y2 >= latitude):
            kept.append((x1 + (x2 - x1) * (latitude - y1) / (y2 - y1), latitude))
    return [*kept, kept[0]]


def collected(topology: dict[str, Any]) -> tuple[dict[str, list[list[list[int]]]], dict[str, str]]:
    """M49 code (or, where the source has none, name) → polygons of arc numbers; and the source's names."""
    geometries: dict[str, list[list[list[int]]]] = {}
    names: dict[str, str] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        key = geometry.get("id") or geometry["properties"]["name"]
        geometries.setdefault(key, []).extend(polygons_of(geometry))
        names.setdefault(key, geometry["properties"]["name"])
    return geometries, names


def area_of(polygons: list[list[list[int]]], arcs: Arcs) -> float:
    return sum(flat_area(ring_of(polygon[0], arcs)) for polygon in polygons)


def thinned(geometries: dict[str, list[list[list[int]]]], arcs: Arcs) -> Arcs:
    """Arcs simplified by the smallest State that they bound; two decimals, three for SMALL ones."""
    smallest = [math.inf] * len(arcs)
    for polygons in geometries.values():
        area = area_of(polygons, arcs)
        for i in (i for polygon in polygons for ring in polygon for i in ring):
            number = i if i >= 0 else ~i
            smallest[number] = min(smallest[number], area)
    made = []
    for arc, area in zip(arcs, smallest, strict=True):
        digits = 3 if area < SMALL else 2
        line = simplified(arc, min(TOLERANCE, area * SHARE))
        points = [(round(x, digits), round(y, digits)) for x, y in line]
        points[0], points[-1] = ((round(x, 3), round(y, 3)) for x, y in (line[0], line[-1]))  # arcs meet there
        made.append([points[0], *(b for a, b in pairwise(points) if a != b)])
    return made


def drawn(polygons: list[list[list[int]]], arcs: Arcs, thin: Arcs) -> list[Polygon]:
    """Polygons with coordinates, without the specks of a large State, the largest always."""
    sizes = [flat_area(ring_of(polygon[0], arcs)) for polygon in polygons]
    least = SPECK if sum(sizes) >= SMALL else 0
    kept = [p for p, size in zip(polygons, sizes, strict=True) if size >= min(least, max(sizes))]
    rings = [[ring_of(ring, thin) for ring in polygon] for polygon in kept]
    return [[ring for ring in polygon if len(ring) > 3] for polygon in rings if len(polygon[0]) > 3]


def shapes(folder: Path) -> Iterator[tuple[str, str, list[Polygon]]]:
    """M49 code or name, name in the source, polygons."""
    topology = json.loads((folder / "countries-50m.json").read_text())
    geometries, names = collected(topology)
    arcs = arcs_of(topology)
    del geometries[ANTARCTICA]
    with_crimea(geometries, arcs)
    (kingdom,), (desert,) = geometries[MOROCCO], geometries.pop(WESTERN_SAHARA)
    geometries[MOROCCO] = [[dissolved(kingdom[0], desert[0])]]
    thin = thinned(geometries, arcs)
    for key, polygons in geometries.items():
        made = drawn(polygons, arcs, thin)
        if key == MOROCCO:
            both = made[0][0]
            yield WESTERN_SAHARA, names[WESTERN_SAHARA], [[cut(both, NORTH_OF_WESTERN_SAHARA, north=False)]]
            made = [[cut(both, NORTH_OF_WESTERN_SAHARA, north=True)]]
        yield key, names[key], made
    fine = json.loads((folder / "countries-10m.json").read_text())  # Tuvalu is in the finer file only
    for key, polygons in collected(fine)[0].items():
        if key not in geometries and key.isdigit() and key in states_by_m49():
            yield key, "", drawn(polygons, arcs_of(fine), thinned({key: polygons}, arcs_of(fine)))


def states_by_m49() -> dict[str, tuple[str, str]]:
    """M49 code → (iso3, English name) of the States in our own table."""
    with (HERE / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["m49"]: (row["iso3"], row["name_en"]) for row in csv.DictReader(file)}


def neutral(name: str) -> tuple[str, str]:
    for short, long in SPELLED_OUT:
        name = name.replace(short, long)
    plain = unicodedata.normalize("NFD", name.casefold()).encode("ascii", "ignore").decode()
    return "neutral:" + re.sub(r"[^a-z]+", "-", plain).strip("-"), name


def feature(key: str, name: str, polygons: list[Polygon]) -> dict[str, Any]:
    states = states_by_m49()
    identity, shown = states.get(key) or neutral(name)
    coordinates = [[[[round(x, 3), round(y, 3)] for x, y in ring] for ring in wound(polygon)] for polygon in polygons]
    return {
        "type": "Feature",
        "id": identity,
        "properties": {"name": shown},
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }


def point(made: dict[str, Any]) -> dict[str, Any] | None:
    """Where to set a symbol for a State too small to be seen; None for a larger one."""
    rings = [[(x, y) for x, y in polygon[0]] for polygon in made["geometry"]["coordinates"]]
    if made["id"].startswith("neutral:") or sum(map(flat_area, rings)) >= SMALL:
        return None
    corners = max(rings, key=flat_area)[1:]
    lon, lat = (round(sum(axis) / len(corners), 2) for axis in zip(*corners, strict=True))
    return {"id": made["id"], "name": made["properties"]["name"], "lon": lon, "lat": lat}


def save(name: str, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (GEO / name).write_text(text + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    features = sorted((feature(*shape) for shape in shapes(folder)), key=lambda made: str(made["id"]))
    ids = {made["id"] for made in features}
    save("world.json", {"type": "FeatureCollection", "features": features})
    save("small.json", [place for place in map(point, features) if place])
    save("missing.json", sorted(iso3 for iso3, _ in states_by_m49().values() if iso3 not in ids))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
