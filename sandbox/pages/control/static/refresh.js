// Keeps what is shown up to date while a page is open. Without it pages are as they were when they were loaded.
const SECONDS = 3;
const KEY = "sandbox-refresh";

const box = document.createElement("input");
box.type = "checkbox";
box.checked = localStorage.getItem(KEY) !== "off";
box.addEventListener("change", () => localStorage.setItem(KEY, box.checked ? "on" : "off"));
const label = document.createElement("label");
label.append(box, " Keep up to date");
document.querySelector("footer").append(label);

function inUse(shown) {
  const selection = getSelection();
  const selected = selection.type === "Range" && selection.containsNode(shown, true);
  return selected || shown.contains(document.activeElement);
}

async function refresh() {
  if (!box.checked || document.hidden) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const shown of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(shown.id);
    if (next && next.innerHTML !== shown.innerHTML && !inUse(shown)) shown.innerHTML = next.innerHTML;
  }
}

// A sandbox that is stopped is not worth a word: the next look will tell.
setInterval(() => refresh().catch(() => {}), SECONDS * 1000);
