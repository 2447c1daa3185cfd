from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.graph import (
    MAX_EDGES,
    MAX_NODES,
    MAX_TOOLS,
    Edge,
    Graph,
    Node,
    Step,
    next_step,
    problems,
    reachable,
)

START = Node("start", is_trigger=True)


def graph(*nodes: Node | str, edges: str = "") -> Graph:
    """`edges` reads "a>b" or "a.port>b", separated by blanks."""
    made = tuple(Node(node) if isinstance(node, str) else node for node in nodes)
    return Graph(made, tuple(map(edge, edges.split())))


def edge(text: str) -> Edge:
    source, target = text.split(">")
    name, _, port = source.partition(".")
    return Edge(name, target, port or "out")


def walk(graph: Graph, start: str, ports: dict[str, str] | None = None) -> list[Step]:
    """Every step in order, each node leaving by the port that is given or by `out`."""
    taken: dict[str, str | None] = {}
    steps = []
    while step := next_step(graph, start, taken):
        steps.append(step)
        taken[step.node] = (ports or {}).get(step.node, "out") if step.runs else None
    return steps


def ran(steps: list[Step]) -> list[str]:
    return [step.node for step in steps if step.runs]


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        (graph("a"), "nodes", "at least one trigger"),
        (graph(START, START), "nodes[1].node_id", "Another node already has the id"),
        (graph(START, edges="start>b"), "edges[0].target", 'no node "b"'),
        (graph(START, "a", edges="b>a"), "edges[0].source", 'no node "b"'),
        (
            graph(START, "a", edges="start.x>a"),
            "edges[0].source_port",
            "Its ports: out.",
        ),
        (graph(START, "a", edges="a>start"), "edges[0].target", "is a trigger"),
        (graph(START, "a", edges="start>a start>a"), "edges[1]", "repeats another one"),
        (graph(START, "a", "b", edges="a>b b>a"), "edges", "a, b"),
        (graph(START, "a", edges="a>a"), "edges", "cycle: a"),
    ],
)
def test_a_wrong_graph_is_refused_with_the_field(wrong, field, reason):
    [(found, why)] = problems(wrong)
    assert found == field
    assert reason in why


def test_a_graph_has_a_bounded_size():
    nodes = [Node(str(index), is_trigger=True) for index in range(MAX_NODES)]
    assert not problems(graph(*nodes))
    assert problems(graph(*nodes, "one-more"))[0][0] == "nodes"
    ports = tuple(str(index) for index in range(MAX_EDGES + 1))
    many = Graph(
        (Node("start", ports, is_trigger=True), Node("a")),
        tuple(Edge("start", "a", port) for port in ports),
    )
    assert problems(many) == [
        ("edges", f"A workflow can have at most {MAX_EDGES} edges.")
    ]


def test_only_what_the_trigger_that_fired_leads_to_is_walked():
    other = Node("other", is_trigger=True)
    joined = graph(START, other, "a", "b", edges="start>a other>a other>b")
    assert ran(walk(joined, "start")) == ["start", "a"]
    assert ran(walk(joined, "other")) == ["other", "a", "b"]


def test_a_branch_that_is_not_taken_is_skipped_to_its_end():
    fork = Node("fork", ("yes", "no"))
    branching = graph(
        START, fork, "a", "b", "c", "join", edges="start>fork fork.yes>a fork.no>b b>c "
    )
    steps = walk(branching, "start", {"fork": "yes"})
    assert ran(steps) == ["start", "fork", "a"]
    assert [step.node for step in steps if not step.runs] == ["b", "c"]


def test_a_join_runs_once_when_all_is_settled_and_one_branch_was_taken():
    fork = Node("fork", ("yes", "no"))
    joined = graph(
        START, "join", fork, "a", "b",
        edges="start>fork fork.yes>a fork.no>b a>join b>join",
    )  # fmt: skip
    assert ran(walk(joined, "start", {"fork": "no"})) == ["start", "fork", "b", "join"]


def test_an_inactive_node_is_skipped():
    off = Node("a", is_active=False)
    assert ran(walk(graph(START, off, "b", edges="start>a a>b"), "start")) == ["start"]


def test_tool_edges_carry_no_flow():
    given = with_tools("lookup")
    assert not problems(given)
    assert ran(walk(given, "start")) == ["start", "agent"]


def with_tools(*names: str, more: tuple[Edge, ...] = ()) -> Graph:
    """start -> agent, which is given a tool of each of the names."""
    agent = Node("agent", takes_tools=True)
    tools = [Node(f"t{index}", tool_name=name) for index, name in enumerate(names)]
    edges = [Edge(tool.id, "agent", kind="tool") for tool in tools]
    flow = Edge("start", "agent")
    return Graph((START, agent, Node("a"), *tools), (flow, *edges, *more))


@pytest.mark.parametrize(
    ("graph", "field", "reason"),
    [
        (with_tools(""), "edges[1].source", '"t0" cannot be a tool of an agent.'),
        (
            with_tools("x", "x"),
            "edges[2].source",
            '"agent" already has a tool named "x".',
        ),
        (
            with_tools("x", more=(Edge("start", "t0"),)),
            "edges[1].source",
            '"t0" is a step of the flow, so it cannot be a tool.',
        ),
        (
            with_tools("x", more=(Edge("t0", "a", kind="tool"),)),
            "edges[2].target",
            '"a" is not an agent: it cannot have tools.',
        ),
        (
            with_tools(*map(str, range(MAX_TOOLS + 1))),
            f"edges[{MAX_TOOLS + 1}].target",
            f'"agent" has more than {MAX_TOOLS} tools.',
        ),
    ],
)
def test_a_wrong_tool_edge_is_named(graph: Graph, field: str, reason: str):
    assert problems(graph) == [(field, reason)]


def test_two_agents_may_share_a_tool():
    other = Node("other", takes_tools=True)
    graph = with_tools("x")
    shared = Edge("t0", "other", kind="tool")
    assert not problems(Graph((*graph.nodes, other), (*graph.edges, shared)))


@st.composite
def acyclic_graphs(draw: st.DrawFn) -> Graph:
    names = draw(
        st.permutations([f"n{index}" for index in range(draw(st.integers(1, 8)))])
    )
    chain = ["start", *names]
    pairs = [(a, b) for i, a in enumerate(chain) for b in chain[i + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True))
    order = draw(st.permutations([START, *map(Node, names)]))
    return Graph(tuple(order), tuple(Edge(a, b) for a, b in chosen))


@given(acyclic_graphs())
def test_every_reachable_node_is_settled_once_after_what_leads_to_it(graph: Graph):
    assert not problems(graph)
    order = [step.node for step in walk(graph, "start")]
    assert sorted(order) == sorted(reachable(graph, "start"))
    for edge in graph.edges:
        if {edge.source, edge.target} <= set(order):
            assert order.index(edge.source) < order.index(edge.target)


@given(acyclic_graphs(), st.data())
def test_an_edge_back_is_always_found_to_be_a_cycle(graph: Graph, data: st.DataObject):
    if graph.edges:
        edge = data.draw(st.sampled_from(graph.edges))
        back = Edge(edge.target, edge.source)
        wrong = problems(Graph(graph.nodes, (*graph.edges, back)))
        assert len(wrong) == 1
