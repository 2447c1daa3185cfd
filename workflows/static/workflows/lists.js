// Lists: ticking rows, and menus that close by themselves. Without it rows can be ticked one
// by one, and all buttons work.

function ticking(form) {
  const boxes = [...form.querySelectorAll(".action-select")];
  const all = form.querySelector("#action-toggle");
  const bar = form.querySelector(".o-bulk");
  if (!boxes.length || !bar) return;
  const counter = bar.querySelector(".action-counter");
  const across = bar.querySelector("[name=select_across]");
  let last = null;

  function show() {
    const ticked = boxes.filter((box) => box.checked).length;
    const isFull = ticked === boxes.length;
    if (all) {
      all.checked = isFull;
      all.indeterminate = ticked > 0 && !isFull;
    }
    if (across) {
      if (!isFull) across.checked = false;
      across.closest("label").hidden = !isFull;
    }
    const isAll = across ? across.checked : isFull && ticked === Number(bar.dataset.total);
    const text = isAll ? counter.dataset.all : counter.dataset.one;
    const number = isAll ? Number(bar.dataset.total) : ticked;
    counter.textContent = text.replace("{}", number.toLocaleString(document.documentElement.lang));
  }

  function range(from, to, checked) {
    const places = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    boxes.slice(places[0], places[1] + 1).forEach((box) => { box.checked = checked; });
  }

  form.addEventListener("click", (event) => {
    const box = event.target.closest?.(".action-select");
    if (!box) return;
    if (event.shiftKey && last && last !== box) range(last, box, box.checked);
    last = box;
    show();
  });
  form.addEventListener("change", (event) => {
    if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
    show();
  });
  form.addEventListener("reset", () => setTimeout(() => {
    boxes.forEach((box) => { box.checked = false; });
    show();
  }));
  // The browser may have kept ticks when it came back to the page.
  addEventListener("pageshow", show);
  show();
}

function closeOthers(target) {
  document.querySelectorAll("details:is(.o-filter, .o-menu)[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
}

const form = document.getElementById("changelist-form");
if (form) ticking(form);
document.addEventListener("click", (event) => closeOthers(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.activeElement?.closest?.("details[open]");
  closeOthers(null);
  open?.querySelector("summary")?.focus();
});
