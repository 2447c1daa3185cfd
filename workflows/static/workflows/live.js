// A page that is marked as live shows its new state by itself, until it is live no more.
const EVERY = 2000;
const SLOWEST = 30000;
let pause = EVERY;

const live = () => document.querySelector("#live[data-live]");

/** The parts that a person has opened or closed, by their place on the page. */
function disclosures(root) {
  return [...root.querySelectorAll("details")].map((each) => each.open);
}

function replace(old, fresh) {
  const before = disclosures(old);
  const after = fresh.querySelectorAll("details");
  // Only while the page has the same parts: new ones show as the site wants them.
  if (before.length === after.length) {
    after.forEach((each, place) => (each.open = before[place]));
  }
  const focused = document.activeElement;
  const place = old.contains(focused) ? focusables(old).indexOf(focused) : -1;
  old.replaceWith(fresh);
  if (place >= 0) focusables(fresh)[place]?.focus({ preventScroll: true });
}

const focusables = (root) => [...root.querySelectorAll("a[href], button, summary, [tabindex]")];

async function refresh() {
  const old = live();
  if (!old) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.querySelector("#live");
      // Signed out meanwhile, or gone: the page stays as it is.
      if (answer.ok && !fresh) return;
      if (fresh) replace(old, document.adoptNode(fresh));
      pause = answer.ok ? EVERY : Math.min(2 * pause, SLOWEST);
    } catch {
      pause = Math.min(2 * pause, SLOWEST);
    }
  }
  setTimeout(refresh, pause);
}

if (live()) setTimeout(refresh, pause);
