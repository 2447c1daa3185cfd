import { _, ngettext } from "@/gettext";
import { Button } from "@/ui/Button";
import { State } from "@/ui/State";

import { graphOf, useEditor } from "../store/editor";
import { focusNode, reveal } from "../store/flow";
import { type Hint, useView } from "../store/view";
import { nodeOf } from "../graph/model";

/** What stands above the drawing: why a connection is refused, or what the save refused. */
export function BoardHint() {
  const hint = useView((state) => state.hint);
  return (
    <div className="o-hints" role="status">
      {hint ? (
        <div className={`o-hint is-${hint.tone}`}>
          <HintText tone={hint.tone} text={hint.text} />
        </div>
      ) : (
        <Refused />
      )}
    </div>
  );
}

const HintText = ({ tone, text }: Hint) =>
  tone === "bad" ? (
    <State tone="bad" shape="failed">
      {text}
    </State>
  ) : (
    text
  );

/** That the last save was refused, with a way to the first place that has to be corrected. */
function Refused() {
  const placed = useEditor((state) => state.placed);
  const nodeIds = [...new Set(placed.flatMap((problem) => problem.nodeId ?? []))];
  const edges = new Set(placed.flatMap((problem) => problem.edge ?? []));
  if (!nodeIds.length && !edges.size) return null;
  const text = nodeIds.length
    ? inWords(nodeIds.length)
    : _("Not saved: a connection has to be corrected");
  return (
    <div className="o-hint is-bad">
      <HintText tone="bad" text={text} />
      <Button onClick={() => show(nodeIds[0], edges)}>{_("Show")}</Button>
    </div>
  );
}

const inWords = (count: number) =>
  ngettext(
    "Not saved: %(count)s node has to be corrected",
    "Not saved: %(count)s nodes have to be corrected",
    count,
  );

function show(nodeId: string | undefined, edges: ReadonlySet<string>): void {
  const state = useEditor.getState();
  if (nodeId === undefined) return state.select({ edges });
  state.select({ nodes: new Set([nodeId]) });
  const node = nodeOf(graphOf(state), nodeId);
  if (node) reveal(node.position);
  focusNode(nodeId);
}
