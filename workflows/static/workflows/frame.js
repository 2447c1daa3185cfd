/* What scripts add to the frame of the pages: keys, menus that close, clocks that go. */

const keys = document.getElementById("keys");
const SEARCH = "#searchbar, main input[type=search]";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

/* The canvas has a search of its own, with the same key. */
function focusSearch() {
  const field = document.querySelector(SEARCH);
  if (!field?.offsetParent || document.body.matches(".o-studio")) return false;
  field.focus();
  field.select();
  return true;
}

function showKeys() {
  keys?.showModal();
  return Boolean(keys);
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape") closeMenus();
  const isPlain = !(event.ctrlKey || event.metaKey || event.altKey);
  if (!isPlain || event.defaultPrevented || isTyping(target)) return;
  const act = { "/": focusSearch, "?": showKeys }[key];
  if (act?.()) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    closeMenus();
    showKeys();
  });
}

/* One menu is open at a time; Escape and a click elsewhere close it. */
function closeMenus(but = null) {
  for (const menu of document.querySelectorAll("details.o-menu[open]")) {
    if (menu.contains(but)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));

/* The clocks, each in its zone. */
function setClocks() {
  for (const clock of document.querySelectorAll("time[data-clock]")) {
    clock.textContent = new Date().toLocaleTimeString("en-GB", {
      timeZone: clock.dataset.clock,
      hour: "2-digit",
      minute: "2-digit",
    });
  }
}

setInterval(setClocks, 10_000);
