/** "Run…", and while a run is shown its state and "Cancel". */
export function RunControls() {
  return null;
}
