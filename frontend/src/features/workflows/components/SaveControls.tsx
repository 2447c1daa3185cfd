/** "Save", and the menu of what is done with the workflow as a whole. */
export function SaveControls() {
  return null;
}
