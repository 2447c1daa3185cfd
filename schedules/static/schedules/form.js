/* The form of a schedule shows what it means while one types: the server makes the parts that
   depend on what is typed, and this puts them in. Without it, buttons do the same. */

const WAIT_MS = 300;
const data = document.getElementById("form-data");
const form = data?.closest("form");
let timer = 0;
let request = null;

const isTyping = (part) => {
  const active = document.activeElement;
  return part.contains(active) && active.matches("input:not([type=checkbox], [type=radio]), textarea, select");
};

const put = (found) => {
  const active = document.activeElement?.id;
  for (const fresh of found.querySelectorAll("[id]")) {
    const part = document.getElementById(fresh.id);
    if (!part?.matches("[data-part], [data-runs]")) continue;
    if (part.matches("[data-part]") && isTyping(part)) continue;
    if (part.innerHTML === fresh.innerHTML) continue;
    part.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  if (active && document.activeElement?.id !== active) document.getElementById(active)?.focus();
  for (const input of form.querySelectorAll("[aria-describedby^=told-]")) {
    const told = document.getElementById(input.getAttribute("aria-describedby"));
    input.toggleAttribute("aria-invalid", Boolean(told?.querySelector(".o-fault")));
    if (input.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
  }
  document.dispatchEvent(new Event("parts:changed"));
};

const write = (values) => {
  for (const [name, value] of Object.entries(values)) {
    const control = form.elements[name];
    if (control) control.value = value;
  }
};

const preview = async (pressed) => {
  clearTimeout(timer);
  request?.abort();
  request = new AbortController();
  const body = new FormData(form);
  body.append(...(pressed ?? ["_preview", "1"]));
  try {
    const answer = await fetch(data.dataset.preview, { method: "POST", body, signal: request.signal });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = page.querySelector("[data-writes]");
    if (!parts) return false;
    write(JSON.parse(parts.dataset.writes));
    put(parts);
    remarkOnLoad();
    return true;
  } catch (error) {
    return error.name === "AbortError";
  }
};

/* What else runs when the next run begins: asked when the person has paused, once a time. */
let loadTimer = 0;
let loadOf = "";
let load = null;

const showLoad = () => {
  const note = document.getElementById("form-load");
  if (!note || !load?.text || note.dataset.at !== loadOf) return;
  const link = note.querySelector("a");
  note.querySelector("span").textContent = load.text;
  link.textContent = load.link;
  link.href = load.address;
  note.hidden = false;
};

const askLoad = async () => {
  const at = document.getElementById("form-load")?.dataset.at;
  if (!at || at === loadOf) return;
  const address = new URL(data.dataset.load, location.href);
  address.searchParams.set("at", at);
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    load = await answer.json();
    loadOf = at;
    showLoad();
  } catch {
    // The remark is left out.
  }
};

const remarkOnLoad = () => {
  clearTimeout(loadTimer);
  showLoad();
  loadTimer = setTimeout(askLoad, 3 * WAIT_MS);
};

const soon = (pressed) => {
  clearTimeout(timer);
  timer = setTimeout(() => preview(pressed), WAIT_MS);
};

/* Only the triggers of the chosen workflow. */
const offerNodes = () => {
  const workflow = form.elements.workflow;
  const nodes = form.elements.trigger_node;
  if (!workflow || !nodes) return;
  for (const group of nodes.querySelectorAll("optgroup")) {
    const is_of = group.firstElementChild?.dataset.workflow === workflow.value;
    group.hidden = !is_of;
    group.disabled = !is_of;
  }
  const chosen = nodes.selectedOptions[0];
  if (chosen?.dataset.workflow && chosen.dataset.workflow !== workflow.value) nodes.value = "";
};

/* What runs has other fields. */
const choose = async () => {
  await preview(["_fields", "1"]);
  offerNodes();
  document.getElementById("id_call")?.focus();
};

const isChanged = (control) => {
  if (control.matches("select")) {
    const first = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(0, first);
  }
  return control.value !== control.defaultValue || control.checked !== control.defaultChecked;
};

/* What was chosen or typed before this ran, on a slow network, or restored by the browser. */
const catchUp = () => {
  const changed = [...form.querySelectorAll("input, select, textarea")].filter(isChanged);
  if (changed.includes(form.elements.call)) choose();
  else if (changed.length) preview();
};

/* After a save that was refused: to the first field that is to be mended. */
const showFault = () => {
  if (!document.getElementById("form-faults")) return;
  const told = form.querySelector(".o-told:has(.o-fault)");
  const field = told?.closest(".o-field") ?? told?.parentElement;
  const input =
    form.querySelector(`[aria-describedby="${told?.id}"]:not([type=hidden])`) ??
    field?.querySelector("input:not([type=hidden]), select, textarea");
  (input ?? told)?.scrollIntoView({ block: "center" });
  input?.focus({ preventScroll: true });
};

const listen = () => {
  document.documentElement.classList.add("has-script");
  form.addEventListener("input", (event) => {
    const { name, type } = event.target;
    // A part of a zone's name is no zone yet: it counts when it is chosen or left.
    if (name === "call" || name === "timezone") return;
    if (name.startsWith("pattern-")) soon(["_pattern", "same"]);
    else if (type === "radio" || type === "checkbox") preview();
    else soon();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "call") choose();
    if (event.target.name === "timezone") preview();
    if (event.target.name === "workflow") offerNodes();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=_pattern], button[name=_suggested]");
    if (!button) return;
    event.preventDefault();
    preview([button.name, button.value]);
  });
  offerNodes();
  remarkOnLoad();
  showFault();
  catchUp();
};

if (form) listen();
