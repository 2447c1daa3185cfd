import { useState } from "react";

import { _ } from "@/gettext";
import { Tile } from "@/ui/Tile";

import { typeOf } from "../../componentTypes";
import { changeNode } from "../../graph/changes";
import { type GraphNode, nameOf } from "../../graph/model";
import { useEditor } from "../../store/editor";
import { IdForm } from "./IdForm";
import { NodeMenu } from "./NodeMenu";

const MOST_LABEL = 200;

/** The head of the panel: what the node is called, what it is, and what is done with it. */
export function NodeHead({ node }: { node: GraphNode }) {
  const mayChange = useEditor((state) => state.mayChange);
  const [isRenaming, setRenaming] = useState(false);
  const type = typeOf(node.component_type);
  return (
    <header className="o-panel__head">
      <Tile type={node.component_type} />
      <div>
        {mayChange ? <NameInput node={node} /> : <h2>{nameOf(node)}</h2>}
        <p className="o-quiet">
          {type?.label ?? node.component_type}, <code>{node.node_id}</code>
          {node.is_active ? null : `, ${_("not active")}`}
        </p>
      </div>
      <NodeMenu node={node} onRename={() => setRenaming(true)} />
      {isRenaming && mayChange ? <IdForm node={node} onClose={() => setRenaming(false)} /> : null}
    </header>
  );
}

function NameInput({ node }: { node: GraphNode }) {
  return (
    <>
      <h2 className="o-sr">{nameOf(node)}</h2>
      <input
        className="o-panel__name"
        aria-label={_("Name")}
        maxLength={MOST_LABEL}
        value={node.label}
        placeholder={node.node_id}
        onChange={({ target: { value: label } }) =>
          useEditor
            .getState()
            .change((graph) => changeNode(graph, node.node_id, { label }), `${node.node_id} label`)
        }
      />
    </>
  );
}
