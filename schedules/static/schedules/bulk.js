// Carries a bulk action on, one slice after the other, until it ends or somebody holds it.
// Without this script "Continue" does one slice and shows the page again.

const RETRIES = 3;
const box = document.querySelector("[data-bulk]");
const part = (name) => box.querySelector(`[data-${name}]`);
const form = part("continue");
let going = false;

function show({ place, text }) {
  part("bar").value = place;
  part("text").textContent = text;
}

function set(isGoing, hasFailed = false) {
  going = isGoing;
  form.hidden = isGoing;
  part("hold").hidden = !isGoing;
  part("failed").hidden = !hasFailed;
}

async function slice() {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  if (answer.ok && isJson) return answer.json();
  // Signed out, or the action is gone: the page says so.
  if (answer.redirected || answer.status < 500) window.location.reload();
  throw new Error(`${answer.status}`);
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function carryOn() {
  set(true);
  let failures = 0;
  while (going) {
    try {
      const progress = await slice();
      failures = 0;
      show(progress);
      if (!progress.is_unfinished) {
        window.location.replace(window.location.pathname);
        return;
      }
    } catch {
      failures += 1;
      if (failures > RETRIES) {
        set(false, true);
        return;
      }
      await pause(failures);
    }
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  carryOn();
});
part("hold").addEventListener("click", () => set(false));
// Only the page that follows the confirmation begins by itself.
if (window.location.hash === "#start") {
  window.history.replaceState(null, "", window.location.pathname);
  carryOn();
}
