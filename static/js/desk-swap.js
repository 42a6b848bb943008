// Puts the next passage in place without loading the page anew: what a form or a link of the queue leads to is fetched,
// and its <main> and header take the place of those that stand. The same forms and links work without it.

const AHEAD_KEPT = 30_000; // ms: by then somebody else may have decided what was fetched ahead
let isBusy = false;
let ahead = null; // {address, at, page}: the page that a skip leads to

// Fetches what a skip will want; the passage is not claimed by it.
export function fetchAhead(address) {
  const page = fetch(address, { credentials: "same-origin", headers: { "X-Queue": "ahead" } }).then(
    async (answer) => (answer.ok && !answer.redirected ? read(await answer.text()) : null),
    () => null,
  );
  ahead = { address, at: Date.now(), page };
}

function read(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

async function fetchedAhead(address, options) {
  const kept = ahead;
  ahead = null;
  if (options.method || kept?.address !== address || Date.now() - kept.at > AHEAD_KEPT) return null;
  return kept.page;
}

// The page that `address` leads to, in place; `onPlaced` runs when it stands.
export async function place(address, options, onPlaced) {
  if (isBusy) return;
  isBusy = true;
  try {
    const kept = await fetchedAhead(address, options);
    if (kept) {
      put(kept, address);
      onPlaced({ isClaimed: false });
      return;
    }
    const headers = { "X-Queue": "in-place" };
    const answer = await fetch(address, { credentials: "same-origin", headers, ...options });
    const page = read(await answer.text());
    const main = page.querySelector("main");
    if (answer.redirected && !main?.querySelector(".desk-head")) {
      location.assign(answer.url); // signed out meanwhile, for one
      return;
    }
    if (!main) throw new TypeError("no page");
    put(page, answer.ok ? (answer.headers.get("X-Queue-Address") ?? answer.url) : null);
    onPlaced({ isClaimed: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    say("The server could not be reached, so it is not known whether this was saved. Reload the page to see.");
  } finally {
    isBusy = false;
  }
}

function put(page, address) {
  swap(page, "main");
  swap(page, "header");
  document.title = page.title;
  if (address) history.pushState({}, "", address);
}

function swap(page, selector) {
  const [standing, following] = [document.querySelector(selector), page.querySelector(selector)];
  if (standing && following) standing.replaceWith(document.adoptNode(following));
}

// A sentence at the top of the page, in words that a screen reader tells at once.
export function say(words) {
  document.getElementById("said")?.remove();
  const note = document.createElement("p");
  note.id = "said";
  note.className = "note note-warning";
  note.setAttribute("role", "alert");
  note.textContent = words;
  document.querySelector("main").prepend(note);
}

export function isOfTheQueue(form) {
  return form instanceof HTMLFormElement && form.method === "post" && new URL(form.action).pathname.startsWith("/suggestions/");
}

export function sent(form, submitter) {
  return { method: "POST", body: new URLSearchParams(new FormData(form, submitter)) };
}

addEventListener("popstate", () => location.reload());
