/** The schedules that start a schedule trigger, in the panel. */
export function TriggerSchedules(_: { nodeId: string }) {
  return null;
}
