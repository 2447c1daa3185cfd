import type { MouseEvent } from "react";

import { _, woven } from "@/gettext";
import { Button } from "@/ui/Button";
import { Tile } from "@/ui/Tile";
import { useShallow } from "zustand/react/shallow";

import { typeOf } from "../componentTypes";
import { edgeKey, type GraphEdge, type GraphNode, nameOf } from "../graph/model";
import type { Spot } from "../graph/insert";
import { type Outlined, outline } from "../graph/order";
import { portsOf } from "../graph/ports";
import { summaryOf } from "../graph/summary";
import { graphOf, useEditor } from "../store/editor";
import { usePopups } from "../store/popups";
import { deleteSelected, disconnect } from "../store/verbs";
import { useView } from "../store/view";
import { useMayEdit } from "./useMayEdit";

/** The same graph as a list: steps in order, with what follows each and with their tools. */
export function ListView() {
  const graph = useEditor(graphOf);
  const items = outline(graph);
  return (
    <section className="o-outline" aria-label={_("The workflow as a list")}>
      <header>
        <h2>{_("Steps")}</h2>
        <Button onClick={() => useView.getState().setList(false)}>{_("Show the drawing")}</Button>
      </header>
      {items.length ? null : <p className="o-quiet">{_("This workflow has no nodes yet.")}</p>}
      <ol>
        {items.map((item) => (
          <Step key={item.node.node_id} item={item} />
        ))}
      </ol>
      <Notes />
    </section>
  );
}

function Step({ item: { node, leadsTo, tools } }: { item: Outlined }) {
  const ports = portsOf(node, typeOf(node.component_type));
  const branches = ports.length > 1;
  const taken = leadsTo.map(({ edge }) => edge.source_port);
  const open = branches ? ports.filter((port) => !taken.includes(port)) : [];
  return (
    <li id={anchorOf(node)} tabIndex={-1}>
      <Row node={node} />
      {leadsTo.length || open.length ? (
        <ul aria-label={_("After %(node)s", { node: nameOf(node) })}>
          {leadsTo.map(({ edge, node: next }) => (
            <Next key={edgeKey(edge)} edge={edge} node={next} branches={branches} />
          ))}
          {open.map((port) => (
            <OpenBranch key={port} node={node} port={port} />
          ))}
        </ul>
      ) : null}
      {tools.length ? (
        <ul aria-label={_("Tools of %(node)s", { node: nameOf(node) })}>
          {tools.map(({ edge, node: tool }) => (
            <li key={edgeKey(edge)} id={anchorOf(tool)} tabIndex={-1}>
              <Row node={tool} />
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

const anchorOf = (node: GraphNode) => `ostinato-step-${node.node_id}`;

function Row({ node }: { node: GraphNode }) {
  const chosen = useEditor((state) => state.selection.nodes.has(node.node_id));
  const problems = useEditor(
    useShallow((state) =>
      state.placed.filter((problem) => problem.nodeId === node.node_id).flatMap((p) => p.messages),
    ),
  );
  const mayEdit = useMayEdit();
  const name = nameOf(node);
  const select = () => useEditor.getState().select({ nodes: new Set([node.node_id]) });
  return (
    <div className="o-outline__row">
      <Tile type={node.component_type} small />
      <span className="o-outline__name">
        <span className="o-strong">{name}</span>{" "}
        <span className="o-quiet">
          {kindInWords(node)}
          {node.is_active ? "" : `, ${_("switched off")}`}
        </span>
        {problems.map((problem) => (
          <span key={problem} className="o-state is-bad">
            {problem}
          </span>
        ))}
      </span>
      <Button aria-pressed={chosen} aria-label={_("Select %(name)s", { name })} title={_("Select")} onClick={select}>
        {_("Select")}
      </Button>
      {mayEdit ? <Changes node={node} select={select} /> : null}
    </div>
  );
}

/** "HTTP request: GET example.com"; the type alone where nothing is configured. */
function kindInWords(node: GraphNode): string {
  const type = typeOf(node.component_type);
  const label = type?.label ?? node.component_type;
  const summary = summaryOf(node, type);
  return summary === label || summary === node.node_id ? label : `${label}: ${summary}`;
}

function Changes({ node, select }: { node: GraphNode; select: () => void }) {
  const name = nameOf(node);
  const remove = () => {
    select();
    deleteSelected();
    document.querySelector<HTMLElement>(".o-outline button")?.focus();
  };
  return (
    <>
      <Button
        aria-label={_("Connect %(name)s to…", { name })}
        title={_("Connect to…")}
        onClick={() => usePopups.getState().connectFrom(node.node_id)}
      >
        {_("Connect…")}
      </Button>
      <Button aria-label={_("Delete %(name)s", { name })} title={_("Delete")} onClick={remove}>
        {_("Delete")}
      </Button>
    </>
  );
}

interface NextProps {
  edge: GraphEdge;
  node: GraphNode;
  branches: boolean;
}

/** One thing that follows: a link to it, and what can be done with the connection. */
function Next({ edge, node, branches }: NextProps) {
  const mayEdit = useMayEdit();
  const name = nameOf(node);
  return (
    <li className="o-outline__row">
      <span className="o-outline__name">
        {branches ? `${edge.source_port}: ` : ""}
        {woven(_("leads to %(names)s"), { names: <a href={`#${anchorOf(node)}`}>{name}</a> })}
      </span>
      {mayEdit ? (
        <>
          <Button
            aria-label={_("Insert… before %(name)s", { name })}
            onClick={(event) => openPaletteAt(event, { kind: "edge", key: edgeKey(edge) })}
          >
            {_("Insert…")}
          </Button>
          <Button aria-label={_("Disconnect %(name)s", { name })} onClick={() => disconnect(edge)}>
            {_("Disconnect")}
          </Button>
        </>
      ) : null}
    </li>
  );
}

/** A branch that leads nowhere, and a way to go on from it. */
function OpenBranch({ node, port }: { node: GraphNode; port: string }) {
  const mayEdit = useMayEdit();
  return (
    <li className="o-outline__row">
      <span className="o-outline__name">{_("%(port)s: leads nowhere yet", { port })}</span>
      {mayEdit ? (
        <Button
          aria-label={_("Add a node after %(node)s (%(port)s)", { node: nameOf(node), port })}
          onClick={(event) =>
            openPaletteAt(event, { kind: "port", nodeId: node.node_id, port })
          }
        >
          {_("Add…")}
        </Button>
      ) : null}
    </li>
  );
}

/** The small palette, under the button that opens it. */
function openPaletteAt({ currentTarget }: MouseEvent, spot: Spot): void {
  const { left: x, bottom: y } = currentTarget.getBoundingClientRect();
  usePopups.getState().openPalette(spot, { x, y });
}

function Notes() {
  const notes = useEditor((state) => graphOf(state).notes);
  if (!notes.length) return null;
  return (
    <>
      <h2>{_("Notes")}</h2>
      <ul>
        {notes.map((note) => (
          <li key={note.id} className="o-outline__note">
            {note.text || <span className="o-quiet">{_("Empty note")}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
