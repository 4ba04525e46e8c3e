"""The drawing of a network: to scale, nothing on top of anything else, every connection drawn, readable as a file."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from cnnviz.figures.arrangement import GAP, SLAB, Block, arrange
from cnnviz.figures.blueprint import FAMILIES, WIDE, blueprint

SVG = "{http://www.w3.org/2000/svg}"


def block(name, sources, shape=(14, 14, 32), **options):
    return Block(
        name, tuple(sources.split()), shape, name.title(), options.pop("family", "convolution"), name, **options
    )


def chain(count):
    return [block("a0", "", (28, 28, 1), family="picture")] + [
        block(f"a{number}", f"a{number - 1}") for number in range(1, count)
    ]


RESIDUAL = [
    block("picture", "", (28, 28, 3), family="picture"),
    block("first", "picture"),
    block("left", "first"),
    block("left_norm", "left", is_slab=True, family="normalisation"),
    block("left_2", "left_norm"),
    block("sum", "left_2 first", family="joining"),
    block("bend", "sum", is_slab=True, family="activation"),
    block("one", "bend"),
    block("one_2", "one"),
    block("two", "bend"),
    block("three", "bend"),
    block("all", "one_2 two three", (14, 14, 96), family="joining"),
    block("vector", "all", (96,), family="pooling"),
    block("scores", "vector", (10,), family="dense"),
]
DENSE = [
    block("picture", "", (28, 28, 3), family="picture"),
    *(block(f"d{n}", " ".join(["picture", *(f"d{m}" for m in range(n))])) for n in range(6)),
]
U = [
    block("p", "", (64, 64, 3), family="picture"),
    block("a", "p", (64, 64, 8)),
    block("b", "a", (32, 32, 16)),
    block("c", "b", (16, 16, 32)),
    block("d", "c", (32, 32, 16)),
    block("e", "d b", (32, 32, 32), family="joining"),
    block("f", "e", (64, 64, 8)),
    block("g", "f a", (64, 64, 16), family="joining"),
]
NETWORKS = {"chain": chain(30), "residual": RESIDUAL, "dense": DENSE, "u": U, "one": chain(1)}


def drawn(placed):
    """From each block's name to its left, top, right and bottom, label and slabs included."""
    boxes = {}
    for stack in placed.stacks:
        middle = stack.x + (stack.length + stack.slant) / 2
        boxes[stack.main.name] = (
            min(stack.x, middle - stack.room / 2),
            stack.y - stack.half,
            max(stack.x + stack.length + stack.slant, middle + stack.room / 2),
            stack.y + stack.half + 42,
        )
    return boxes


@pytest.mark.parametrize("width", [330, 900])
@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_lies_on_anything_else_or_outside(name, width):
    placed = arrange(NETWORKS[name], width=width)
    boxes = drawn(placed)
    for one, (left, top, right, bottom) in boxes.items():
        assert left >= 0 and top >= 0 and right <= placed.width and bottom <= placed.height
        for other, (left_2, top_2, right_2, bottom_2) in boxes.items():
            if one < other:
                apart = right <= left_2 or right_2 <= left or bottom <= top_2 or bottom_2 <= top
                assert apart, (one, other)


@pytest.mark.parametrize("name", NETWORKS)
def test_everything_is_drawn_once_and_after_its_sources(name):
    blocks = NETWORKS[name]
    placed = arrange(blocks, width=900)
    names = [each.name for stack in placed.stacks for each in stack.blocks]
    assert sorted(names) == sorted(each.name for each in blocks)
    rows = {
        id(stack): at for at, row in enumerate(placed.rows) for s in row for stack in placed.stacks[s.first : s.stop]
    }
    for stack in placed.stacks:
        for source in stack.sources:
            before = placed.stacks[source]
            assert (rows[id(before)], before.x) < (rows[id(stack)], stack.x)


def test_rows_are_no_wider_than_asked_and_evenly_filled():
    placed = arrange(chain(30), width=900)
    lengths = [sum(segment.width for segment in row) for row in placed.rows]
    assert len(lengths) > 1 and max(lengths) <= 900
    assert min(lengths) > max(lengths) / 2


def test_branches_are_lanes_and_a_skip_goes_over_the_blocks():
    placed = arrange(RESIDUAL, width=2000)
    at = {stack.main.name: stack for stack in placed.stacks}
    assert at["left"].y == at["first"].y == at["sum"].y
    assert at["one"].y == at["one_2"].y == at["all"].y
    assert len({at["one"].y, at["two"].y, at["three"].y}) == 3
    arcs = {
        (placed.stacks[a].main.name, placed.stacks[b].main.name) for row in placed.rows for s in row for a, b in s.arcs
    }
    assert arcs == {("first", "sum")}


def test_slabs_lean_on_what_they_follow_alone():
    placed = arrange(RESIDUAL, width=900)
    stacks = {stack.main.name: [each.name for each in stack.blocks] for stack in placed.stacks}
    assert stacks["left"] == ["left", "left_norm"] and stacks["sum"] == ["sum", "bend"]
    # An activation whose input is used elsewhere, too, stands by itself.
    split = [*chain(2), block("bend", "a1", is_slab=True), block("sum", "bend a1", family="joining")]
    assert [stack.main.name for stack in arrange(split, width=900).stacks] == ["a0", "a1", "bend", "sum"]


def test_to_scale_by_the_square_root():
    blocks = [
        block("p", "", (224, 224, 4)),
        block("a", "p", (56, 56, 16)),
        block("b", "a", (14, 14, 64)),
        block("v", "b", (400,)),
        block("w", "v", (100,)),
    ]
    at = {stack.main.name: stack for stack in arrange(blocks, width=900).stacks}
    assert at["p"].height == pytest.approx(2 * at["a"].height) == pytest.approx(4 * at["b"].height)
    assert at["b"].width == pytest.approx(2 * at["a"].width) and at["b"].slant == pytest.approx(at["p"].slant / 4)
    assert at["v"].height == pytest.approx(2 * at["w"].height)


def rules(text):
    return ElementTree.fromstring(text)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_file_is_whole(name):
    blocks = NETWORKS[name]
    root = rules(blueprint(blocks, title="A & B"))
    assert root.tag == f"{SVG}svg" and root.get("aria-label") == "A & B"
    groups = {each.get("data-name"): each for each in root.iter(f"{SVG}g") if each.get("data-name")}
    assert list(groups) and set(groups) == {each.name for each in blocks}
    texts = {each.text for each in root.iter(f"{SVG}text")}
    for each in blocks:
        assert groups[each.name].find(f"{SVG}title").text == each.words
        if not each.is_slab:
            assert {each.label, each.size} <= texts
    used = {each.family for each in blocks} - {"picture"}
    assert {FAMILIES[family].title for family in used} <= texts
    # It opens anywhere: nothing is fetched.
    assert not re.search(r"href|url\(|@import|<script", ElementTree.tostring(root, "unicode"))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_connection_has_its_arrow(name):
    blocks = NETWORKS[name]
    placed = arrange(blocks, width=WIDE)
    root = rules(blueprint(blocks, title="t"))
    tips = [each for each in root.iter(f"{SVG}path") if each.get("class") == "tip"]
    assert len(tips) == sum(len(stack.sources) for stack in placed.stacks)
    # Each ends at the left face of a block, halfway up.
    ends = {(round(stack.x, 1), round(stack.y, 1)) for stack in placed.stacks if stack.sources}
    found = {tuple(float(part) for part in re.match(r"M([\d.]+) ([\d.]+)l", tip.get("d")).groups()) for tip in tips}
    assert {(round(x, 1), round(y, 1)) for x, y in found} == ends


def wire_segments(root):
    for each in root.iter(f"{SVG}path"):
        if each.get("class") == "wire":
            x = y = 0.0
            for kind, numbers in re.findall(r"([MHV])([\d. -]+)", each.get("d")):
                values = [float(part) for part in numbers.split()]
                before = x, y
                x, y = values if kind == "M" else (values[0], y) if kind == "H" else (x, values[0])
                if kind != "M":
                    yield (*before, x, y)


@pytest.mark.parametrize("width", [330, 900])
@pytest.mark.parametrize("name", NETWORKS)
def test_wires_go_through_no_block_and_no_label(name, width):
    placed = arrange(NETWORKS[name], width=width)
    root = rules(blueprint(NETWORKS[name], title="t", width=width))
    for x, y, x_2, y_2 in wire_segments(root):
        for stack in placed.stacks:
            if stack.sources or len(placed.stacks) == 1:
                left, right = stack.x + 1, stack.x + stack.length - 1
                top, bottom = stack.y - stack.height / 2 + stack.slant / 2, stack.y + stack.half
                crosses = max(x, x_2) > left and min(x, x_2) < right and max(y, y_2) > top and min(y, y_2) < bottom
                assert not crosses, (stack.main.name, (x, y, x_2, y_2))
        for left, _, right, bottom in drawn(placed).values():
            through = max(x, x_2) > left + 4 and min(x, x_2) < right - 4
            assert not (through and min(y, y_2) < bottom - 2 and max(y, y_2) > bottom - 38), (x, y, x_2, y_2)


def test_nested_models_have_frames_with_names():
    blocks = [
        block("p", "", (28, 28, 1), family="picture"),
        block("n/a", "p", group=("n",)),
        block("n/b", "n/a", group=("n",)),
        block("m", "n/b", (7, 7, 64), family="model", is_closed=True),
        block("c", "m", (10,), family="dense"),
    ]
    root = rules(blueprint(blocks, title="t"))
    frames = [each for each in root.iter(f"{SVG}rect") if each.get("class") == "frame"]
    assert len(frames) == 1 and "n" in {each.text for each in root.iter(f"{SVG}text") if each.get("class") == "heading"}
    (frame,) = frames
    left, width = float(frame.get("x")), float(frame.get("width"))
    at = {stack.main.name: stack for stack in arrange(blocks, width=WIDE).stacks}
    assert left < at["n/a"].x and at["n/b"].x + at["n/b"].length < left + width < at["m"].x
    assert at["p"].x + at["p"].length < left


def test_hundreds_of_layers_take_rows_and_stay_readable():
    placed = arrange(chain(311), width=900)
    assert placed.width <= 920 and len(placed.rows) > 20
    assert SLAB >= 12 and GAP >= 24


def test_names_from_outside_are_escaped():
    root = rules(blueprint([block('a<&"', "", family="picture")], title='"<'))
    assert [each.get("data-name") for each in root.iter(f"{SVG}g") if each.get("data-name")] == ['a<&"']
