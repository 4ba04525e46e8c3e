"""A network drawn to scale as blocks, as an SVG file that opens anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnnviz.figures.arrangement import (
    ARC,
    GAP,
    HEADING,
    LINE,
    MARGIN,
    SLAB,
    Arrangement,
    Block,
    Segment,
    Stack,
    arrange,
)
from cnnviz.figures.theme import CATEGORIES, GUIDE

WIDE = 820.0  # Pixels of a row.
SMALLEST = 40.0  # Pixels that a finger needs.
LEGEND_LINE = 28.0


@dataclass(frozen=True)
class Family:
    """Blocks that look alike.

    Attributes:
        title: What the legend says.
        colour: Of their faces.
    """

    title: str
    colour: str


def blueprint(blocks: Sequence[Block], *, title: str, width: float = WIDE) -> str:
    """Draw blocks and what flows between them.

    Heights and depths grow with the square root of rows and columns, thickness and the length of vectors with that of
    channels and units, so that 7 and 224, 3 and 2048 fit on one drawing.

    Args:
        blocks: In an order in which each comes after its sources; the first is the picture.
        title: Of the drawing, for ears.
        width: That rows should not exceed, in pixels.

    Returns:
        An SVG document on a white ground. Each block is a `<g class="block" data-name="…">`.
    """
    placed = arrange(blocks, width=width)
    used = [key for key in FAMILIES if any(block.family == key for block in blocks)]
    named = [key for key in used if key != "picture"]  # Its label says what it is.
    legend, taken = _legend(named, placed.height, placed.width)
    height = placed.height + taken
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="blueprint" width="{placed.width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {placed.width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">',
        f"<style>{_style(used)}</style>",
        f'<rect class="ground" width="{placed.width:.0f}" height="{height:.0f}"/>',
        '<g class="between" aria-hidden="true">',
        *_frames(placed),
        *_connections(placed),
        "</g>",
        *(_drawn(stack) for stack in placed.stacks),
        legend,
        "</svg>",
    ]
    return "\n".join(parts)


def _style(used: list[str]) -> str:
    rules = [
        ".blueprint text{font:16px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1b1d22;text-anchor:middle}",
        ".blueprint .ground{fill:#fff}",
        ".blueprint .label{font-weight:600}",
        ".blueprint .heading,.blueprint .key text{text-anchor:start}",
        f".blueprint .wire{{fill:none;stroke:{GUIDE};stroke-width:2}}",
        f".blueprint .tip{{fill:{GUIDE}}}",
        f".blueprint .frame{{fill:none;stroke:{GUIDE};stroke-width:1.5;stroke-dasharray:6 4}}",
        ".blueprint .hit{fill:#fff;fill-opacity:0}",
        ".blueprint .top,.blueprint .side,.blueprint .front{stroke:#fff;stroke-width:.7;stroke-linejoin:round}",
        ".blueprint .closed{stroke:#1b1d22;stroke-width:2;stroke-dasharray:5 3}",
    ]
    for key in used:
        colour = FAMILIES[key].colour
        rules.append(f".blueprint .{key} .front{{fill:{colour}}}")
        rules.append(f".blueprint .{key} .top{{fill:{_mixed(colour, 255, 0.4)}}}")
        rules.append(f".blueprint .{key} .side{{fill:{_mixed(colour, 0, 0.2)}}}")
    return "".join(rules)


def _mixed(colour: str, ground: int, share: float) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (ground - part) * share):02x}" for part in parts)


def _drawn(stack: Stack) -> str:
    """A block with its slabs, and the label under it."""
    top = stack.y - stack.height / 2 + stack.slant / 2
    x, width, parts = stack.x, stack.width, []
    # Of the block's own colour, whatever leans on it: it is the largest face.
    side = (
        f'<path class="side" d="M{x + stack.length:.1f} {top:.1f}l{stack.slant:.1f} {-stack.slant:.1f}'
        f'v{stack.height:.1f}l{-stack.slant:.1f} {stack.slant:.1f}z"/>'
    )
    for number, block in enumerate(stack.blocks):
        hit = _rectangle("hit", x, stack.y - max(stack.half, SMALLEST / 2), width, max(2 * stack.half, SMALLEST))
        label = ""
        if number == 0:
            middle = stack.x + (stack.length + stack.slant) / 2
            under = stack.y + stack.half + LINE - 2
            wide = max(stack.room, SMALLEST)
            hit += _rectangle("hit", middle - wide / 2, stack.y + stack.half, wide, 2 * LINE + 4)
            label = (
                f'<text class="label" x="{middle:.1f}" y="{under:.1f}">{escape(block.label)}</text>'
                f'<text x="{middle:.1f}" y="{under + LINE:.1f}">{block.size}</text>'
            )
        parts.append(
            f'<g class="block {block.family}" data-name="{escape(block.name)}"><title>{escape(block.words)}</title>'
            f"{hit}{side if number == 0 else ''}{_box(x, top, width, stack, block.is_closed)}{label}</g>"
        )
        x, width = x + width, SLAB
    return "".join(parts)


def _box(x: float, y: float, width: float, stack: Stack, is_closed: bool) -> str:
    more, height, slant = " closed" if is_closed else "", stack.height, stack.slant
    return (
        f'<path class="top" d="M{x:.1f} {y:.1f}h{width:.1f}l{slant:.1f} {-slant:.1f}h{-width:.1f}z"/>'
        f'<path class="front{more}" d="M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"/>'
    )


def _rectangle(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _connections(placed: Arrangement) -> list[str]:
    """What flows from each stack to the next ones, and from the end of a row to the start of the next."""
    stacks, parts = placed.stacks, []
    for number, row in enumerate(placed.rows):
        for place, segment in enumerate(row):
            begin = stacks[segment.first - 1].exit if segment.first else None
            if begin is not None and place == 0:
                begin = _next_row(placed, number, parts)
            for target in range(segment.first, segment.stop):
                for source in stacks[target].sources:
                    inside = source >= segment.first
                    start = stacks[source].exit if inside else begin
                    assert start is not None
                    parts.append(_wire(stacks, segment, start, source if inside else None, source, target))
    return parts


def _next_row(placed: Arrangement, number: int, parts: list[str]) -> tuple[float, float]:
    """Lead from the end of the row before to the start of this one; where that is."""
    first = placed.rows[number][0]
    stacks = placed.stacks
    x, y = stacks[first.first - 1].exit
    middle = next(stack.y for stack in stacks[first.first : first.stop] if stack.lane == 0)
    depth = max(len(stack.main.group) for each in placed.rows[number] for stack in stacks[each.first : each.stop])
    above = middle - max(each.up for each in placed.rows[number]) - depth * HEADING - 10
    last = stacks[first.first - 1]
    right = max(x, last.x + (last.length + last.slant + last.room) / 2) + 12  # Past its label, too.
    left = MARGIN + 4
    parts.append(f'<path class="wire" d="M{x:.1f} {y:.1f}H{right:.1f}V{above:.1f}H{left:.1f}V{middle:.1f}"/>')
    return left, middle


def _wire(
    stacks: list[Stack], segment: Segment, start: tuple[float, float], inner: int | None, source: int, target: int
) -> str:
    """One connection: over the blocks, or along the lane of whichever end is off the first lane."""
    (x, y), end = start, stacks[target]
    path = f"M{x:.1f} {y:.1f}"
    room = segment.columns[end.rank]
    before = end.x + (end.length + end.slant) / 2 - room / 2 - GAP / 2  # In the gap before the target's column.
    level = segment.arcs.get((source, target))
    lane = stacks[inner].lane if inner is not None else 0
    if level is not None:
        over = stacks[segment.first].y - segment.lanes[stacks[segment.first].lane]
        over -= segment.up - ARC * (_levels(segment) - 1 - level)
        after = _gap_after(stacks, segment, inner, x)
        path += f"H{after:.1f}V{over:.1f}H{before:.1f}V{end.y:.1f}"
    elif lane < end.lane:
        path += f"H{_gap_after(stacks, segment, inner, x):.1f}V{end.y:.1f}"
    elif y != end.y:
        path += f"H{before:.1f}V{end.y:.1f}"
    return f'<path class="wire" d="{path}H{end.x - 6:.1f}"/><path class="tip" d="M{end.x:.1f} {end.y:.1f}l-9 -5v10z"/>'


def _levels(segment: Segment) -> int:
    return max(segment.arcs.values(), default=-1) + 1


def _gap_after(stacks: list[Stack], segment: Segment, inner: int | None, x: float) -> float:
    """The middle of the gap after a stack's column; after the way in, the first gap."""
    rank = stacks[inner].rank if inner is not None else -1
    following = next(stack for stack in stacks[segment.first : segment.stop] if stack.rank == rank + 1)
    left = following.x + (following.length + following.slant) / 2 - segment.columns[rank + 1] / 2
    return max(left - GAP / 2 - 4, x)


def _frames(placed: Arrangement) -> list[str]:
    """A dashed frame with its name round each nested model, in every row that it reaches into."""
    parts, named = [], set()
    for row in placed.rows:
        members: dict[tuple[str, ...], list[Stack]] = {}
        for segment in row:
            for stack in placed.stacks[segment.first : segment.stop]:
                for depth in range(len(stack.main.group)):
                    members.setdefault(stack.main.group[: depth + 1], []).append(stack)
        deepest = max((len(group) for group in members), default=0)
        for group, stacks in members.items():
            inset = 7.0 * (deepest - len(group)) + 5
            left = min(min(stack.x, stack.x + (stack.length + stack.slant - stack.room) / 2) for stack in stacks)
            right = max(stack.x + (stack.length + stack.slant + stack.room) / 2 for stack in stacks)
            top = min(stack.y - stack.half for stack in stacks)
            top = min(top, min(stack.y for stack in stacks) - max(segment.up for segment in row))
            bottom = max(stack.y + stack.half for stack in stacks) + 2 * LINE + 4
            y = top - HEADING * (deepest - len(group) + 1) + 4
            parts.append(_rectangle("frame", left - inset, y, right - left + 2 * inset, bottom - y + inset))
            more = ", continued" if group in named else ""
            named.add(group)
            name = escape(group[-1].split("/")[-1] + more)
            parts.append(f'<text class="heading" x="{left - inset + 8:.1f}" y="{y + 18:.1f}">{name}</text>')
    return parts


def _legend(used: list[str], y: float, width: float) -> tuple[str, float]:
    """The legend as text and the height it takes."""
    parts, x, line = [], MARGIN + 4, 0
    for key in used:
        family, more = FAMILIES[key], " closed" if key == "model" else ""
        room = 34 + 9 * len(family.title)
        if x + room > width and x > MARGIN + 4:
            x, line = MARGIN + 4, line + 1
        below = y + LEGEND_LINE * line
        parts.append(
            f'<g class="key {key}"><rect class="front{more}" x="{x:.0f}" y="{below:.0f}" width="18" height="18"/>'
            f'<text x="{x + 25:.0f}" y="{below + 15:.0f}">{family.title}</text></g>'
        )
        x += room
    return f'<g class="legend" aria-hidden="true">{"".join(parts)}</g>', LEGEND_LINE * (line + 1)


BLUE, VERMILION, GREEN, PURPLE, OCHRE, SKY, GREY = CATEGORIES

FAMILIES: dict[str, Family] = {
    "picture": Family("Picture", GREY),
    "convolution": Family("Convolution", BLUE),
    "normalisation": Family("Normalisation", SKY),
    "activation": Family("Activation", OCHRE),
    "pooling": Family("Pooling", VERMILION),
    "joining": Family("Joining branches", PURPLE),
    "dense": Family("Dense", GREEN),
    "other": Family("Other", GREY),
    "model": Family("Nested model", GREY),
}
