import { useEffect, useRef } from "react";

import { _ } from "@/gettext";
import { Icon } from "@/ui/Icon";
import { say } from "@/ui/messages";

import { addNode, changeNode, freeId } from "../../graph/changes";
import { GRID, type GraphNode, nodeOf } from "../../graph/model";
import { graphOf, useEditor } from "../../store/editor";
import { deleteSelected } from "../../store/verbs";

interface NodeMenuProps {
  node: GraphNode;
  onRename: () => void;
}

/** What is done with a node as a whole. */
export function NodeMenu({ node, onRename }: NodeMenuProps) {
  const ref = useRef<HTMLDetailsElement>(null);
  const mayChange = useEditor((state) => state.mayChange);
  useEffect(() => {
    const close = (event: Event) => {
      if (!ref.current?.contains(event.target as Node)) ref.current?.removeAttribute("open");
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  return (
    <details
      className="o-menu"
      ref={ref}
      onClick={(event) => {
        const isItem = (event.target as HTMLElement).closest(".o-menu__list");
        if (isItem) ref.current?.removeAttribute("open");
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !ref.current?.open) return;
        event.stopPropagation();
        ref.current.open = false;
        ref.current.querySelector("summary")?.focus();
      }}
    >
      <summary
        className="o-btn o-btn--bare o-btn--s o-btn--icon"
        aria-label={_("More for this node")}
        title={_("More for this node")}
      >
        <Icon name="ellipsis" />
      </summary>
      <ul className="o-menu__list">
        <Item icon="copy" text={_("Copy the id")} onDo={() => void copyId(node.node_id)} />
        {mayChange ? <Changes node={node} onRename={onRename} /> : null}
      </ul>
    </details>
  );
}

function Changes({ node, onRename }: NodeMenuProps) {
  return (
    <>
      <Item icon="pencil" text={_("Change the id…")} onDo={onRename} />
      <Item icon="layers" text={_("Duplicate")} onDo={() => duplicate(node.node_id)} />
      <Item
        icon={node.is_active ? "circle-stop" : "play"}
        text={node.is_active ? _("Deactivate") : _("Activate")}
        onDo={() => toggle(node)}
      />
      <li aria-hidden="true">
        <hr />
      </li>
      <Item icon="trash-2" text={_("Delete")} danger onDo={deleteSelected} />
    </>
  );
}

interface ItemProps {
  icon: string;
  text: string;
  onDo: () => void;
  danger?: boolean;
}

function Item({ icon, text, onDo, danger = false }: ItemProps) {
  return (
    <li>
      <button type="button" className={danger ? "is-danger" : undefined} onClick={onDo}>
        <Icon name={icon} />
        {text}
      </button>
    </li>
  );
}

async function copyId(id: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(id);
    say(_("Copied %(id)s.", { id }));
  } catch {
    say(_("The browser does not let this page copy."), "bad");
  }
}

function toggle({ node_id, is_active }: GraphNode): void {
  useEditor.getState().change((graph) => changeNode(graph, node_id, { is_active: !is_active }));
}

/** A copy beside the node, without connections; it is chosen. */
function duplicate(nodeId: string): void {
  const { change, select } = useEditor.getState();
  const graph = graphOf(useEditor.getState());
  const node = nodeOf(graph, nodeId);
  if (!node) return;
  const { id: _id, ...rest } = node;
  const copy = {
    ...rest,
    node_id: freeId(
      graph.nodes.map((each) => each.node_id),
      nodeId,
    ),
    position: { x: node.position.x + 2 * GRID, y: node.position.y + 2 * GRID },
  };
  change((now) => addNode(now, copy));
  select({ nodes: new Set([copy.node_id]) });
}
