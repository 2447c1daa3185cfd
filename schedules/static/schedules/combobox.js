/* Inputs that find what is meant while one types: time zones, and objects of a model.
   The server searches; `results` have an `id`, a `text`, and perhaps a `note`. */

const WAIT_MS = 150;
let number = 0;

const option = (result, term, id) => {
  const row = document.createElement("li");
  row.id = id;
  row.role = "option";
  row.dataset.value = result.id;
  row.setAttribute("aria-selected", "false");
  const text = document.createElement("span");
  const at = result.text.toLowerCase().indexOf(term.toLowerCase());
  if (at < 0 || !term) text.textContent = result.text;
  else {
    const mark = document.createElement("mark");
    mark.textContent = result.text.slice(at, at + term.length);
    text.append(result.text.slice(0, at), mark, result.text.slice(at + term.length));
  }
  row.append(text);
  if (result.note) {
    const note = document.createElement("span");
    note.className = "o-quiet";
    note.textContent = result.note;
    row.append(note);
  }
  return row;
};

const enhance = (combo) => {
  const input = combo.querySelector("input");
  const list = combo.querySelector(".o-combo__list");
  const base = `combo-${(number += 1)}`;
  let timer = 0;
  let request = null;

  list.id = base;
  input.removeAttribute("list");
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", base);
  input.setAttribute("aria-expanded", "false");

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const options = () => [...list.children];
  const current = () => list.querySelector('[aria-selected="true"]');
  const select = (row) => {
    current()?.setAttribute("aria-selected", "false");
    row.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  };
  const choose = (row) => {
    input.value = row.dataset.value;
    const chosen = combo.querySelector(".o-combo__chosen");
    if (chosen) chosen.textContent = row.firstChild.textContent;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const find = async () => {
    const term = input.value.trim();
    request?.abort();
    if (!term) return close();
    request = new AbortController();
    const address = new URL(combo.dataset.combo, location.href);
    address.searchParams.set("term", term);
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok) return close();
      const { results } = await answer.json();
      list.replaceChildren(...results.map((each, at) => option(each, term, `${base}-${at}`)));
      list.hidden = !results.length || document.activeElement !== input;
      input.setAttribute("aria-expanded", String(!list.hidden));
      if (!list.hidden) select(list.firstElementChild);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    clearTimeout(timer);
    timer = setTimeout(find, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) find();
    else if (list.hidden) return;
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && current()) choose(current());
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const rows = options();
      const step = event.key === "ArrowDown" ? 1 : -1;
      select(rows[(rows.indexOf(current()) + step + rows.length) % rows.length]);
    } else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 100));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const row = event.target.closest("li");
    if (row) choose(row);
  });

  // Typed before this script had come.
  if (document.activeElement === input && input.value !== input.defaultValue) find();
};

const enhanceAll = (within) => {
  for (const combo of within.querySelectorAll("[data-combo]:not([data-ready])")) {
    if (!combo.dataset.combo) continue;
    combo.dataset.ready = "";
    enhance(combo);
  }
};

enhanceAll(document);
document.addEventListener("parts:changed", () => enhanceAll(document));
