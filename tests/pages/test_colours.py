"""The colours of static/css/tokens.css: an ordered ramp for every eye, and words that can be read, in both schemes."""

import itertools
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6})\b")
RAMP = tuple(f"level-{step}" for step in range(1, 6))
APART = 7.0  # of lightness L*, 0 to 100, between neighbours of the ramp
TEXT, MARK = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
Triple = tuple[float, float, float]

# Full deficiency, from Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (2009), over linear RGB.
SIGHT: dict[str, tuple[Triple, Triple, Triple]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip


def scheme(name: str) -> dict[str, str]:
    """The tokens that are colours; dark ones stand in place of the light ones that they replace."""
    light, _, dark = TOKENS.partition("@media (prefers-color-scheme: dark)")
    return dict(COLOUR.findall(light)) | (dict(COLOUR.findall(dark)) if name == "dark" else {})


def linear(colour: str) -> Triple:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _bent(red), _bent(green), _bent(blue)


def _bent(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(light: Triple) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted(luminance(linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lightness(colour: str, sight: str) -> float:
    """L* of CIELAB, as such an eye sees it."""
    seen = linear(colour)
    rows = [max(0.0, min(1.0, sum(w * part for w, part in zip(row, seen, strict=True)))) for row in SIGHT[sight]]
    found = luminance((rows[0], rows[1], rows[2]))
    return 116 * found ** (1 / 3) - 16 if found > 0.008856 else 903.3 * found


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_ramp_darkens_step_by_step_for_every_eye(name: str, sight: str) -> None:
    colours = scheme(name)
    steps = [lightness(colours[step], sight) for step in RAMP]

    assert [high - low >= APART for high, low in itertools.pairwise(steps)] == [True] * 4, steps


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("step", [*RAMP, "undetermined", "unassessed"])
def test_the_word_of_a_level_can_be_read_on_it(name: str, step: str) -> None:
    colours = scheme(name)

    assert contrast(colours[step], colours[f"{step}-ink"]) >= TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("paper", ["paper", "surface", "sunk"])
@pytest.mark.parametrize("ink", ["ink", "ink-soft", "accent", "bad", "good", "up", "down"])
def test_words_can_be_read_on_every_ground(name: str, paper: str, ink: str) -> None:
    colours = scheme(name)

    assert contrast(colours[paper], colours[ink]) >= TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(
    ("ground", "ink"),
    [
        ("notice", "notice-ink"),
        ("accent", "accent-ink"),
        ("accent-soft", "ink"),
        ("bad-soft", "bad"),
        ("good-soft", "good"),
    ],
)
def test_words_of_notes_and_buttons_can_be_read(name: str, ground: str, ink: str) -> None:
    colours = scheme(name)

    assert contrast(colours[ground], colours[ink]) >= TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("mark", ["line-strong", "accent", "chart-line", "chart-line-2", "chart-ink"])
def test_what_is_only_drawn_can_be_told_from_the_page(name: str, mark: str) -> None:
    colours = scheme(name)

    assert contrast(colours["paper"], colours[mark]) >= MARK


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_two_greys_are_no_steps_of_the_ramp(name: str) -> None:
    colours = scheme(name)
    for grey in ("undetermined", "unassessed"):
        parts = linear(colours[grey])
        assert max(parts) - min(parts) < 0.06, grey  # next to no hue
