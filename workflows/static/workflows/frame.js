/* What scripts add to the frame of the pages: keys, menus that close, clocks that go. */

const keys = document.getElementById("keys");
const SEARCH = "#searchbar, main input[type=search]";

const BUTTONS = "[type=submit], [type=button], [type=reset], [type=checkbox], [type=radio]";

function isTyping(target) {
  if (target.closest("textarea, select, [contenteditable]")) return true;
  return target.matches("input") && !target.matches(BUTTONS);
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

/* Django's pair of lists gives a name to an element that may not have one. */
addEventListener("load", () => {
  for (const tip of document.querySelectorAll("span.help-tooltip[aria-label]")) tip.role = "img";
});

/* RQ's lists call a plugin of jQuery that Django has replaced by a script that needs no call. */
const plugins = window.django?.jQuery?.fn;
if (plugins && !plugins.actions) plugins.actions = () => {};
