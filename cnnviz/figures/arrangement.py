"""Where the blocks of a network's drawing stand: left to right in rows, branches under one another.

Layers that change no shape lean on the block before them, as slabs. Wherever everything flows through a single block,
the drawing may go on in a new row; what lies between two such places is one segment, with its branches as lanes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

TALLEST = 120.0  # Pixels of the most rows that there are.
LONGEST = 150.0  # Pixels of the longest vector, at most.
CHANNEL = 2.2  # Pixels of one channel, and of a vector of one number, unless vectors are too long.
SLANT = 0.3  # Of the columns' length, to the right and up.
BAR, SLAB = 16.0, 12.0  # Pixels of a vector's thickness, and of a slab's.
LETTER, LINE = 8.8, 20.0  # Pixels of a letter's width and of a line, at 16 pixels.
GAP, LANE_GAP, ROW_GAP, ARC, MARGIN = 30.0, 14.0, 26.0, 14.0, 10.0
HEADING = 26.0  # Pixels of the name over a nested model.


@dataclass(frozen=True)
class Block:
    """One thing to draw.

    Attributes:
        name: Unique.
        sources: Names of the blocks it takes its input from; each stands before it.
        shape: Of its output: `(rows, columns, channels)` or `(units,)`.
        label: What it is, in a few letters.
        family: A key of `FAMILIES` in `figures/blueprint.py`.
        words: What it is, for ears and for a tooltip.
        group: Names of the nested models around it, the outermost first.
        is_slab: Whether it may lean on the block before it.
        is_closed: Whether it stands for a whole nested model.
    """

    name: str
    sources: tuple[str, ...]
    shape: tuple[int, ...]
    label: str
    family: str
    words: str
    group: tuple[str, ...] = ()
    is_slab: bool = False
    is_closed: bool = False

    @property
    def size(self) -> str:
        """Its shape in words: "28 × 28 × 32"."""
        return " × ".join(str(each) for each in self.shape) or "1"


@dataclass(frozen=True)
class Scale:
    """Pixels of rows, columns, channels and vectors: each grows with the square root of the number."""

    cell: float
    channel: float

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Scale:
        """The scale at which the largest of these blocks still fits."""
        most = max((max(block.shape[:2]) for block in blocks if len(block.shape) > 1), default=1)
        longest = max((block.shape[0] for block in blocks if len(block.shape) == 1), default=1)
        return cls(TALLEST / math.sqrt(max(most, 1)), min(CHANNEL, LONGEST / math.sqrt(max(longest, 1))))

    def box(self, shape: tuple[int, ...]) -> tuple[float, float, float]:
        """Width, height and slant in pixels."""
        if len(shape) < 2:
            return BAR, max(5.0, self.channel * math.sqrt(shape[0] if shape else 1)), 5.0
        columns = shape[1] if len(shape) > 2 else 1
        height = max(4.0, self.cell * math.sqrt(shape[0]))
        return max(3.0, self.channel * math.sqrt(shape[-1])), height, max(2.0, SLANT * self.cell * math.sqrt(columns))


@dataclass
class Stack:
    """A block and the slabs that lean on it; `x` and `y` are its left end and the height of its middle."""

    blocks: list[Block]
    width: float
    height: float
    slant: float
    sources: list[int] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    rank: int = 0
    lane: int = 0

    @property
    def main(self) -> Block:
        """The block that the slabs lean on."""
        return self.blocks[0]

    @property
    def length(self) -> float:
        """From its left end to its right one, in pixels, without the slant."""
        return self.width + SLAB * (len(self.blocks) - 1)

    @property
    def room(self) -> float:
        """The width it needs, with its label."""
        return max(self.length + self.slant, LETTER * max(len(self.main.label), len(self.main.size)))

    @property
    def half(self) -> float:
        """From its middle up to its top, in pixels."""
        return (self.height + self.slant) / 2

    @property
    def exit(self) -> tuple[float, float]:
        """Where what it gives out leaves it: the middle of its right face."""
        return self.x + self.length + self.slant / 2, self.y


@dataclass
class Segment:
    """Stacks between two places where everything flows through one; `first` and `stop` are their numbers."""

    first: int
    stop: int
    columns: list[float] = field(default_factory=list)
    lanes: list[float] = field(default_factory=list)  # Middles of the lanes, below that of the first.
    arcs: dict[tuple[int, int], int] = field(default_factory=dict)  # Over the blocks: from source and target to level.
    up: float = 0.0
    down: float = 0.0

    @property
    def width(self) -> float:
        """With the gap before each column."""
        return sum(self.columns) + GAP * len(self.columns)


@dataclass
class Arrangement:
    """Stacks at their places; `rows` holds the segments of each row."""

    stacks: list[Stack]
    rows: list[list[Segment]]
    width: float
    height: float


def arrange(blocks: Sequence[Block], *, width: float) -> Arrangement:
    """Find every block's place.

    Args:
        blocks: In an order in which each comes after its sources; the first is the picture.
        width: That rows should not exceed, in pixels; a segment that is wider stands in a row of its own.
    """
    stacks = _stacks(blocks)
    segments = _segments(stacks)
    for segment in segments:
        _rank(stacks, segment)
        _measure(stacks, segment)
    rows = _rows(segments, width - 2 * MARGIN)
    bottom, widest = MARGIN, 0.0
    for row in rows:
        depth = max(len(stack.main.group) for each in row for stack in stacks[each.first : each.stop])
        middle = bottom + depth * HEADING + max(each.up for each in row)
        x = MARGIN
        for each in row:
            _place(stacks, each, x, middle)
            x += each.width
        widest = max(widest, x + MARGIN + 10)
        bottom = middle + max(each.down for each in row) + ROW_GAP + 8 * depth
    return Arrangement(stacks, rows, widest, bottom)


def _stacks(blocks: Sequence[Block]) -> list[Stack]:
    scale = Scale.of(blocks)
    uses: dict[str, int] = {}
    for block in blocks:
        for source in set(block.sources):
            uses[source] = uses.get(source, 0) + 1
    stacks: list[Stack] = []
    home: dict[str, int] = {}
    for block in blocks:
        on = home.get(block.sources[0]) if block.is_slab and len(block.sources) == 1 else None
        if on is not None:
            below = stacks[on].blocks[-1]
            leans = below.name == block.sources[0] and uses[below.name] == 1 and below.shape == block.shape
            # The picture is no layer, and a closed model no block of its own: nothing leans on either.
            leans = leans and below.group == block.group and not below.is_closed and bool(below.sources)
            if leans:
                stacks[on].blocks.append(block)
                home[block.name] = on
                continue
        home[block.name] = len(stacks)
        sources = sorted({home[source] for source in block.sources})
        stacks.append(Stack([block], *scale.box(block.shape), sources=sources))
    return stacks


def _segments(stacks: list[Stack]) -> list[Segment]:
    last_use = list(range(len(stacks)))
    for number, stack in enumerate(stacks):
        for source in stack.sources:
            last_use[source] = number
    segments, first, furthest = [], 0, 0
    for number in range(len(stacks)):
        # Nothing but what this one gives out is wanted later.
        if furthest <= number or number == len(stacks) - 1:
            segments.append(Segment(first, number + 1))
            first = number + 1
        furthest = max(furthest, last_use[number])
    return segments


def _rank(stacks: list[Stack], segment: Segment) -> None:
    """Give each stack of a segment its column and its lane: the longest way through is the first lane."""
    inside = range(segment.first, segment.stop)
    users: dict[int, list[int]] = {number: [] for number in inside}
    for number in inside:
        own = [source for source in stacks[number].sources if source in users]
        stacks[number].rank = 1 + max((stacks[source].rank for source in own), default=-1)
        for source in own:
            users[source].append(number)
    left: dict[int, int] = {}  # Stacks on the longest way from here to the end.
    for number in reversed(inside):
        left[number] = 1 + max((left[user] for user in users[number]), default=0)
    taken: list[list[tuple[int, int]]] = []
    waiting = set(inside)
    for start in sorted(inside, key=lambda number: (stacks[number].rank, -left[number], number)):
        if start not in waiting:
            continue
        path = [start]
        while ahead := [user for user in users[path[-1]] if user in waiting]:
            path.append(max(ahead, key=lambda user: left[user]))
        ranks = [stacks[source].rank for source in stacks[start].sources if source in users]
        ends = [stacks[user].rank for user in users[path[-1]]]
        span = min(ranks, default=-1) + 1, max([*ends, stacks[path[-1]].rank + 1]) - 1
        lane = next((lane for lane, spans in enumerate(taken) if _is_free(spans, span)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(span)
        for number in path:
            stacks[number].lane = lane
            waiting.discard(number)


def _is_free(spans: list[tuple[int, int]], span: tuple[int, int]) -> bool:
    return all(span[1] < first or last < span[0] for first, last in spans)


def _measure(stacks: list[Stack], segment: Segment) -> None:
    own = stacks[segment.first : segment.stop]
    ranks, lanes = max(stack.rank for stack in own) + 1, max(stack.lane for stack in own) + 1
    segment.columns = [max(stack.room for stack in own if stack.rank == rank) for rank in range(ranks)]
    halves = [max(stack.half for stack in own if stack.lane == lane) for lane in range(lanes)]
    label = 2 * LINE + 6
    segment.lanes = [0.0]
    for above, below in pairwise(halves):
        segment.lanes.append(segment.lanes[-1] + above + label + LANE_GAP + below)
    segment.down = segment.lanes[-1] + halves[-1] + label
    spans: list[list[tuple[int, int]]] = []
    for number in range(segment.first, segment.stop):
        target = stacks[number]
        for source in target.sources:
            start = stacks[source].rank if source >= segment.first else -1
            lane = stacks[source].lane if source >= segment.first else 0
            if lane == target.lane == 0 and target.rank - start > 1:
                span = start + 1, target.rank
                level = next((level for level, held in enumerate(spans) if _is_free(held, span)), len(spans))
                if level == len(spans):
                    spans.append([])
                spans[level].append(span)
                segment.arcs[source, number] = level
    segment.up = halves[0] + (ARC * (len(spans) + 0.5) if spans else 0)


def _rows(segments: list[Segment], width: float) -> list[list[Segment]]:
    """As few rows as fit, then each as short as leaves their number: no row holds a single leftover."""
    best = _broken(segments, width)
    low, high = 0.0, width
    while high - low > 4:
        middle = (low + high) / 2
        rows = _broken(segments, middle)
        if len(rows) > len(best):
            low = middle
        else:
            best, high = rows, middle
    return best


def _broken(segments: list[Segment], width: float) -> list[list[Segment]]:
    rows: list[list[Segment]] = [[]]
    for segment in segments:
        if rows[-1] and sum(each.width for each in rows[-1]) + segment.width > width:
            rows.append([])
        rows[-1].append(segment)
    return rows


def _place(stacks: list[Stack], segment: Segment, x: float, middle: float) -> None:
    starts = [x]
    for column in segment.columns:
        starts.append(starts[-1] + GAP + column)
    for stack in stacks[segment.first : segment.stop]:
        room = segment.columns[stack.rank]
        stack.x = starts[stack.rank] + GAP + (room - stack.length - stack.slant) / 2
        stack.y = middle + segment.lanes[stack.lane]
