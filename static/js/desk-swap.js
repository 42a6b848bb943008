// Puts the next passage in place without loading the page anew: what a form or a link of the queue leads to is fetched,
// and its <main> and header take the place of those that stand. The same forms and links work without it.
//
// Where the page that follows has been fetched ahead, it is shown while the server is still asked. It says "Saving …"
// and nothing of success; the answer then either agrees with it, or takes its place and says what is wrong.

import { parsed } from "./parsed.js";

const FRESH = 30_000; // ms: as long, what was fetched ahead is shown without asking again
const KEPT = 600_000; // ms: as long, it is shown until the answer comes
const HELD_MAX = 2; // keys that wait for an answer
export const WORDS = document.querySelector("[data-words=desk]").dataset; // what is said here, in the page's language
let asked = null; // what the server has been asked and has not answered
let held = []; // {run, isStill}: what was pressed meanwhile
let ahead = null; // {address, at, page}: the page that a skip leads to

// A sentence of the page with what it is about put in: {what} and the like.
export const filled = (words, given) => words.replace(/\{(\w+)\}/g, (_, name) => given[name]);

// Fetches what a skip or a decision will want; the passage is not claimed by it.
export function fetchAhead(address) {
  const page = fetch(address, { credentials: "same-origin", headers: { "X-Queue": "ahead" } }).then(
    async (answer) => (answer.ok && !answer.redirected ? parsed(await answer.text()) : null),
    () => null,
  );
  ahead = { address, at: Date.now(), page };
}

export const isAsking = () => asked !== null;
export const isAhead = (address) => ahead?.address === address;

// Does it when the answer is there, if what it is about still stands then.
export function hold(run, isStill = () => true) {
  if (held.length < HELD_MAX) held.push({ run, isStill });
}

function taken(address) {
  const kept = ahead;
  ahead = null;
  return kept?.address === address && Date.now() - kept.at < KEPT ? kept : null;
}

// The page that `request` leads to, in place; `onPlaced` runs when one stands, and when the answer has come.
// A request: {address, options}; a decision besides {ahead, back, card, saying, onSaved}.
export async function place(request, onPlaced) {
  if (asked) return;
  asked = request;
  document.getElementById("said")?.remove();
  let isOver = false;
  let isDone = false;
  let shown = null;
  try {
    const kept = taken(request.ahead ?? request.address);
    const isFresh = kept && !request.options.method && Date.now() - kept.at < FRESH;
    const page = isFresh ? await kept.page : null;
    if (page) {
      put(page, request.address);
      onPlaced({ isClaimed: false });
      isDone = true;
      return;
    }
    kept?.page.then((early) => {
      if (early && !isOver) shown = showEarly(early, request, onPlaced);
    });
    const answer = await ask(request);
    isOver = true;
    isDone = settle(answer, shown, request, onPlaced);
  } catch (error) {
    isOver = true;
    if (!(error instanceof TypeError)) throw error;
    tellLost(request, WORDS.lost);
  } finally {
    asked = null;
    release(isDone);
  }
}

async function ask({ address, options }) {
  const headers = { "X-Queue": "in-place" };
  const answer = await fetch(address, { credentials: "same-origin", headers, ...options });
  return { answer, page: parsed(await answer.text()) };
}

const currentIn = (page) => page.querySelector(".card[aria-current]")?.id ?? null;

// The next card while the last decision is on its way; null where there is none to show.
function showEarly(page, request, onPlaced) {
  const current = currentIn(page);
  if (!current || current === request.card) return null;
  if (request.card) page.getElementById(request.card)?.remove();
  put(page, request.ahead ?? request.address);
  if (request.saying) {
    document.querySelector(".last")?.remove(); // its undo would take back the decision before this one
    const section = document.createElement("section");
    section.className = "last last-sending";
    section.append(sentence(request.saying, "status"));
    (document.querySelector(".queue-head") ?? document.querySelector(".bench")).before(section);
  }
  onPlaced({ isClaimed: true, isEarly: true });
  return current;
}

// Whether all is as it was shown; else the answer takes the place of what stands.
function settle({ answer, page }, shown, request, onPlaced) {
  const main = page.querySelector("main");
  if (!main?.querySelector(".desk-head")) {
    if (answer.redirected) location.assign(backAfter(answer.url, request)); // signed out meanwhile, for one
    else tellLost(request, WORDS.error);
    return false;
  }
  if (answer.ok || answer.status === 409) request.onSaved?.();
  const isWell = answer.ok && !main.querySelector(".message-warning, .message-error");
  const address = answer.ok ? (answer.headers.get("X-Queue-Address") ?? answer.url) : null;
  if (isWell && shown && currentIn(page) === shown) {
    history.replaceState({}, "", address);
    patch(page);
    onPlaced({ isClaimed: true, isPatched: true });
    return true;
  }
  if (shown) history.replaceState({}, "", address ?? request.back);
  put(page, shown ? null : address);
  onPlaced({ isClaimed: true });
  return isWell;
}

function put(page, address) {
  const said = document.getElementById("said"); // since the server was asked
  swap(page, "main");
  swap(page, "header");
  if (said) document.querySelector("main").prepend(said);
  document.title = page.title;
  if (address) history.pushState({}, "", address);
}

function swap(page, selector, within = document) {
  const [standing, following] = [within.querySelector(selector), page.querySelector(selector)];
  if (standing && following) standing.replaceWith(document.adoptNode(following));
}

// What the answer knows better about a page that is shown already. What a person has opened there stays.
function patch(page) {
  if (!page.querySelector(".last")) document.querySelector(".last")?.remove();
  for (const selector of ["header", ".desk-head", ".last"]) swap(page, selector);
  for (const selector of [".queue-head:not([open])", ".decisions:not([open])"]) swap(page, selector);
  if (!document.querySelector(".decisions")) {
    const decisions = page.querySelector(".decisions");
    if (decisions) document.querySelector(".bench-cards").append(document.adoptNode(decisions));
  }
  if (!document.querySelector(".bench-text :is(details, dialog)[open]")) {
    swap(page, ".bench-text");
    for (const card of page.querySelectorAll(".card")) patchCard(card, document.getElementById(card.id));
  }
}

function patchCard(card, standing) {
  if (!standing) return;
  standing.dataset.place = card.dataset.place;
  if (!standing.querySelector(".as-changed:not([hidden])")) swap(card, ".card-same:not([open])", standing);
}

function release(isDone) {
  const waiting = held;
  held = [];
  for (const { run, isStill } of waiting) {
    if (isDone && isStill()) run();
    else {
      say(WORDS.unused);
      return;
    }
  }
}

// Where a person who has to sign in again is led afterwards: no address of a decision can be opened.
function backAfter(address, request) {
  const to = new URL(address);
  if (request.back && to.searchParams.has("next")) to.searchParams.set("next", request.back);
  return to;
}

function tellLost(request, words) {
  document.querySelector(".last-sending")?.remove();
  const note = say(request.back ? `${words} ` : `${words} ${WORDS.reload}`);
  if (!request.back) return;
  const link = document.createElement("a");
  link.href = request.back;
  link.textContent = request.about ? filled(WORDS.lookAt, { what: request.about }) : WORDS.look;
  note.append(link);
}

function sentence(words, role) {
  const note = document.createElement("p");
  note.setAttribute("role", role);
  note.textContent = words;
  return note;
}

// A sentence at the top of the page, in words that a screen reader tells at once.
export function say(words) {
  document.getElementById("said")?.remove();
  const note = sentence(words, "alert");
  note.id = "said";
  note.className = "note note-warning";
  document.querySelector("main").prepend(note);
  return note;
}

export function isOfTheQueue(form) {
  return form instanceof HTMLFormElement && form.method === "post" && new URL(form.action).pathname.startsWith("/suggestions/");
}

// Kept alive, so that a page that is left does not take it along.
export function sent(form, submitter) {
  return { method: "POST", body: new URLSearchParams(new FormData(form, submitter)), keepalive: true };
}

addEventListener("popstate", () => location.reload());
addEventListener("beforeunload", (event) => {
  if (asked?.options.method) event.preventDefault(); // a failure could not be told any more
});
