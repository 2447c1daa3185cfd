// The page of a schedule: marks the tab of the section in view, and closes menus.
// Without it all links and forms work the same.

const tabs = [...document.querySelectorAll(".o-sticky--tabs > a[href^='#']")];
const sections = tabs
  .map((tab) => document.querySelector(tab.hash))
  .filter((section) => section !== null);

function mark(id) {
  for (const tab of tabs) {
    if (tab.hash === `#${id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

const inView = new Set();
const watch = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inView.add(target);
      else inView.delete(target);
    }
    const first = sections.find((section) => inView.has(section));
    if (first) mark(first.id);
  },
  { rootMargin: "-96px 0px -40% 0px" },
);
sections.forEach((section) => watch.observe(section));

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".o-head details.o-menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".o-head details.o-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
