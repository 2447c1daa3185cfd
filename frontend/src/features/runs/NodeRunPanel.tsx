/** What the shown run did at a node: in the panel, in place of its settings. */
export function NodeRunPanel(_: { nodeId: string }) {
  return null;
}
