/** The foot of a schedule trigger on the drawing: how many schedules start it, and when next. */
export function TriggerFoot(_: { nodeId: string }) {
  return null;
}
