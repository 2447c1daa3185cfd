/* Counts what is not saved, beside the save button, and warns whoever leaves with it. */

const data = document.getElementById("form-data");
const form = data?.closest("form");
const note = document.getElementById("form-note");
let isSaving = false;

const isChanged = (control) => {
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.tagName === "SELECT")
    return [...control.options].some((each) => each.selected !== each.defaultSelected) &&
      ![...control.options].every((each) => !each.defaultSelected && each.selected === (each.index === 0));
  return control.value !== control.defaultValue;
};

/* One for each field: a number and its unit are one, and so are the buttons of one choice. */
const changed = () => {
  const names = new Set();
  for (const control of form.elements) {
    if (!control.name || control.name.startsWith("pattern-") || control.type === "hidden") continue;
    if (control.tagName === "BUTTON" || !isChanged(control)) continue;
    names.add(control.name.replace(/-unit$/, ""));
  }
  return Math.max(names.size, Number(data.dataset.unsaved));
};

const said = (kind, count) => {
  const key = `${kind}${count === 1 ? "One" : "Many"}`;
  return note.dataset[key].replace("%s", count);
};

const tell = () => {
  const faults = new Set([...form.querySelectorAll(".o-told .o-fault")].map((each) => each.parentElement.id)).size;
  const count = changed();
  if (faults) note.textContent = said("fault", faults);
  else note.textContent = count && !("new" in data.dataset) ? said("change", count) : "";
};

if (form) {
  form.addEventListener("input", tell);
  document.addEventListener("parts:changed", tell);
  form.addEventListener("submit", () => {
    isSaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSaving && changed()) event.preventDefault();
  });
}
