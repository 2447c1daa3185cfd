/**
 * Three-way merge of two graphs that began as the same one. Where both changed a node, theirs is
 * kept and the node is flagged. Positions and notes never conflict: what I moved or wrote stays.
 */

import { _ } from "@/gettext";

import { freeId } from "./changes";
import { refusal, type TypeOf } from "./connect";
import { edgeKey, type Graph, type GraphEdge, type GraphNode, nameOf, type Note } from "./model";
import { followRenamed } from "./references";
import { sameNode, sameNote, samePlace } from "./same";

export interface Flag {
  nodeId: string;
  name: string;
  reason: string;
}

export interface DroppedEdge {
  edge: GraphEdge;
  reason: string;
}

export interface Merged {
  graph: Graph;
  /** Nodes that both changed. One that is in `graph` no longer was removed by them. */
  flagged: Flag[];
  dropped: DroppedEdge[];
}

export function merge(base: Graph, mine: Graph, theirs: Graph, typeOf: TypeOf): Merged {
  const { graph: ours, flagged: renamed } = withOwnIds(base, mine, theirs, typeOf);
  const { nodes, flagged } = mergeNodes(base, ours, theirs);
  const notes = mergeNotes(base, ours, theirs);
  const { edges, dropped } = mergeEdges(base, ours, theirs, nodes, typeOf);
  return { graph: { nodes, edges, notes }, flagged: [...renamed, ...flagged], dropped };
}

const byId = (graph: Graph) => new Map(graph.nodes.map((node) => [node.node_id, node]));

/** My graph, with other ids for my new nodes whose ids they gave to new nodes of their own. */
function withOwnIds(base: Graph, mine: Graph, theirs: Graph, typeOf: TypeOf) {
  const [old, other] = [byId(base), byId(theirs)];
  const taken = new Set([base, mine, theirs].flatMap((graph) => [...byId(graph).keys()]));
  const ids = new Map<string, string>();
  const flagged: Flag[] = [];
  for (const node of mine.nodes) {
    const their = other.get(node.node_id);
    if (old.has(node.node_id) || !their || sameNode(node, their)) continue;
    const id = freeId(taken, node.node_id);
    taken.add(id);
    ids.set(node.node_id, id);
    const reason = _("You both added a node “%(node)s”. Yours is now “%(id)s”.", { node: node.node_id, id });
    flagged.push({ nodeId: id, name: nameOf(node), reason });
  }
  return { graph: ids.size ? renamed(mine, base, ids, typeOf) : mine, flagged };
}

function renamed(mine: Graph, base: Graph, ids: ReadonlyMap<string, string>, typeOf: TypeOf): Graph {
  const to = (id: string) => ids.get(id) ?? id;
  const old = byId(base);
  const isMine = (node: GraphNode) => {
    const was = old.get(node.node_id);
    return !was || !sameNode(was, node);
  };
  return {
    nodes: mine.nodes.map((node) => ({
      ...node,
      node_id: to(node.node_id),
      // What I wrote about `nodes.fetch` is about my node, whatever it is called now.
      config: isMine(node) ? followRenamed(node, ids, typeOf) : node.config,
    })),
    edges: mine.edges.map((edge) => ({ ...edge, source: to(edge.source), target: to(edge.target) })),
    notes: mine.notes,
  };
}

function mergeNodes(base: Graph, mine: Graph, theirs: Graph) {
  const [old, ours, other] = [byId(base), byId(mine), byId(theirs)];
  const nodes: GraphNode[] = [];
  const flagged: Flag[] = [];
  const flag = (node: GraphNode, reason: string) =>
    flagged.push({ nodeId: node.node_id, name: nameOf(node), reason });
  for (const their of theirs.nodes) {
    const [was, my] = [old.get(their.node_id), ours.get(their.node_id)];
    if (was && !my) {
      if (sameNode(was, their)) continue;
      flag(their, _("You deleted it, they changed it. It stays, as they changed it."));
    } else if (was && my && !sameNode(was, my) && !sameNode(was, their) && !sameNode(my, their)) {
      flag(their, _("You both changed it. Their version is kept."));
    }
    nodes.push(my ? oneOf(was, my, their) : their);
  }
  for (const my of mine.nodes) {
    if (other.has(my.node_id)) continue;
    const was = old.get(my.node_id);
    if (!was) nodes.push(my);
    else if (!sameNode(was, my)) flag(my, _("You changed it, they deleted it. It is gone."));
  }
  return { nodes, flagged };
}

/** The node that comes of two, the same object as mine where nothing of theirs is new. */
function oneOf(was: GraphNode | undefined, my: GraphNode, their: GraphNode): GraphNode {
  const content = was && sameNode(was, their) ? my : their;
  const place = was && samePlace(was, my) ? their : my;
  const id = their.id ?? my.id;
  if (sameNode(content, my) && samePlace(place, my) && id === my.id) return my;
  return { ...content, position: place.position, id };
}

function mergeEdges(
  base: Graph,
  mine: Graph,
  theirs: Graph,
  nodes: readonly GraphNode[],
  typeOf: TypeOf,
) {
  const [old, ours, other] = [keysOf(base), keysOf(mine), keysOf(theirs)];
  const edges: GraphEdge[] = [];
  const dropped: DroppedEdge[] = [];
  const put = (edge: GraphEdge, reason: string | null) => {
    if (reason === null) edges.push(edge);
    else dropped.push({ edge, reason });
  };
  const there = new Set(nodes.map((node) => node.node_id));
  const lacksNode = (edge: GraphEdge) => !there.has(edge.source) || !there.has(edge.target);
  const myNodes = byId(mine);
  for (const edge of theirs.edges) {
    const wasThere = old.has(edgeKey(edge));
    // With a node that I deleted and that stays all the same, its edges stay.
    const isOfMine = myNodes.has(edge.source) && myNodes.has(edge.target);
    if (wasThere && !ours.has(edgeKey(edge)) && isOfMine) continue;
    if (!lacksNode(edge)) put(edge, null);
    else if (!wasThere) put(edge, _("You deleted one of the two nodes."));
  }
  const areTheirsAsBefore = old.size === other.size && [...old].every((key) => other.has(key));
  for (const edge of mine.edges) {
    if (old.has(edgeKey(edge)) || other.has(edgeKey(edge))) continue;
    if (lacksNode(edge)) put(edge, _("They deleted one of the two nodes."));
    else put(edge, areTheirsAsBefore ? null : refusal({ nodes, edges, notes: [] }, edge, typeOf));
  }
  return { edges, dropped };
}

const keysOf = (graph: Graph): Set<string> => new Set(graph.edges.map(edgeKey));

function mergeNotes(base: Graph, mine: Graph, theirs: Graph): Note[] {
  const map = (graph: Graph) => new Map(graph.notes.map((note) => [note.id, note]));
  const [old, ours, other] = [map(base), map(mine), map(theirs)];
  const taken = new Set([...ours.keys(), ...other.keys()]);
  const isAsBefore = (note: Note) => {
    const was = old.get(note.id);
    return was !== undefined && sameNote(was, note);
  };
  const notes: Note[] = [];
  for (const their of theirs.notes) {
    const my = ours.get(their.id);
    if (!my && isAsBefore(their)) continue;
    const isClash = my && !old.has(my.id) && !sameNote(my, their);
    notes.push(my && !isAsBefore(my) && !isClash ? my : their);
    if (my && isClash) notes.push({ ...my, id: freeId(taken, my.id) });
  }
  for (const my of mine.notes) if (!other.has(my.id) && !isAsBefore(my)) notes.push(my);
  return notes;
}
