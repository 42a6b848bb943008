// Keys on the queue of suggestions. They act on the current card, never inside a field, and can be switched off;
// that choice is kept in this browser. Everything they do is a button or a link of the page.
import * as whole from "./desk-document.js";
import { WORDS, fetchAhead, filled, hold, isAhead, isAsking, isOfTheQueue, place, say, sent } from "./desk-swap.js";

const STORED = "suggestion-keys";
const AHEAD_AFTER = 100; // ms on a card, then what follows it is fetched
const DOUBLE = 250; // ms: a second press within them is of the same finger, and nobody has read the next card by then
const RENEW_AFTER = 120_000; // ms of work on a passage after which its claim, of ten minutes, is renewed
let box, panel, cards, current;
let pressed = ""; // the key that is being answered
let renewedAt = 0;
let decided = { key: "", at: -DOUBLE }; // the last press that decided

function isTyping(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function choose(card) {
  if (!card) return;
  current = card;
  for (const other of cards) {
    if (other === card) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  for (const mark of document.querySelectorAll(".phrase")) {
    mark.classList.toggle("phrase-current", mark.dataset.places.split(" ").includes(card.dataset.place));
  }
  showPhrase();
  lookAhead();
}

// Fetches what follows the current card, unless it is left before.
function lookAhead() {
  const skip = current?.querySelector("a.card-skip");
  if (!skip || isAhead(skip.href)) return;
  setTimeout(() => {
    if (current?.contains(skip) && document.contains(skip) && !isAsking() && !isAhead(skip.href)) fetchAhead(skip.href);
  }, AHEAD_AFTER);
}

// In a long passage, brings the phrase of the current card into the panel.
function showPhrase() {
  const mark = document.querySelector(".phrase-current");
  const scroller = [panel, mark?.closest(".fired")].find((one) => one && one.scrollHeight > one.clientHeight + 1);
  if (!mark || !scroller) return;
  const [place, room] = [mark.getBoundingClientRect(), scroller.getBoundingClientRect()];
  if (place.top < room.top || place.bottom > room.bottom) scroller.scrollTop += place.top - room.top - room.height / 3;
}

function go(step) {
  const card = cards[cards.indexOf(current) + step];
  if (!card) return;
  choose(card);
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

// While the server is asked, a press waits for its answer; one that decides counts only for the card that it was meant for.
function press(found) {
  if (!found) return;
  if (isAsking()) hold(() => found.click(), () => document.contains(found));
  else found.click();
}

function walk(find) {
  if (isAsking()) hold(() => find()?.click());
  else find()?.click();
}

const skipLink = () => current?.querySelector("a.card-skip");

const isDouble = (key) => key === decided.key && performance.now() - decided.at < DOUBLE;

function open(details, field) {
  if (!details) return;
  details.open = true;
  details.querySelector(field)?.focus();
}

const openOnCard = (selector, field) => open(current?.querySelector(selector), field);

// The first press shows the reasons, the second rejects with the one in focus: no slip records an untrue reason.
function reject() {
  const reason = document.activeElement?.closest(".card-why button[name=reason]");
  if (reason && current?.contains(reason)) press(reason);
  else openOnCard(".card-why", "button[name=reason]");
}

// The reasons have numbers while one of them is in focus.
function reasonBy(key) {
  const reasons = document.activeElement?.closest(".card-why")?.querySelectorAll("button[name=reason]");
  const reason = /^[1-9]$/.test(key) ? reasons?.[Number(key) - 1] : null;
  if (reason) press(reason);
  return Boolean(reason);
}

// Out of a field, or out of the reasons, which fold.
function leave(target) {
  const folded = target.closest(".card-why, .correct");
  if (folded) folded.open = false;
  current.focus({ preventScroll: true });
}

function undo() {
  if (isAsking()) hold(undo);
  else document.getElementById("undo")?.requestSubmit();
}

function showAll() {
  const button = document.getElementById("keys-all");
  const isOpen = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(isOpen));
  document.getElementById("keys").classList.toggle("keys-open", isOpen);
}

function grade(severity) {
  const field = current?.querySelector("select[name=severity]");
  if (!field) return;
  field.value = severity;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const ACTIONS = {
  a: () => press(current?.querySelector(".card-yes")),
  r: reject,
  s: () => walk(skipLink),
  n: () => walk(() => document.getElementById("next") ?? skipLink()),
  p: () => walk(() => document.getElementById("previous")),
  c: () => openOnCard(".card-change", "select, input"),
  e: () => openOnCard(".card-change", "select, input"),
  m: () => openOnCard(".card-same", "select"),
  k: () => document.getElementById("correct-open")?.click(),
  d: whole.toggle,
  u: undo,
  j: () => go(1),
  ArrowDown: () => go(1),
  ArrowUp: () => go(-1),
  "?": showAll,
};
for (const severity of "01234") ACTIONS[severity] = () => grade(severity);

function onKey(event) {
  if (whole.isOpen() && event.key !== "d") return; // Escape closes it by itself
  const isInside = isTyping(event.target) || event.target.closest?.(".card-why, .correct");
  if (event.key === "Escape" && isInside && current) {
    leave(event.target);
    return;
  }
  renew();
  if (!box?.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
  if (isDouble(event.key)) {
    event.preventDefault();
    say(WORDS.twice);
    return;
  }
  if (event.key !== decided.key) decided.key = ""; // with another key between, it is no double press
  pressed = event.key;
  if (reasonBy(event.key)) {
    event.preventDefault();
    return;
  }
  const action = ACTIONS[event.key];
  if (!action || (event.key.startsWith("Arrow") && cards.length < 2)) return;
  event.preventDefault();
  action();
}

function isChanged(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
}

// What is typed on one card outlasts a decision on another: the tab keeps it until its own card is sent.
const keptAs = (form) => `typed-${form.id}`;

function onInput(event) {
  const form = event.target.closest(".card-accept");
  if (!form) return;
  const changed = [...form.elements].filter(isChanged);
  sayChanged(form, changed.length > 0);
  sessionStorage.setItem(keptAs(form), JSON.stringify(changed.map((field) => [field.name, field.value])));
}

function sayChanged(form, differs) {
  const is = differs || "again" in form.dataset;
  form.querySelector(".as-is").hidden = is;
  form.querySelector(".as-changed").hidden = !is;
}

function restore(form) {
  const kept = JSON.parse(sessionStorage.getItem(keptAs(form)) ?? "[]");
  for (const [name, value] of kept) if (form.elements[name]) form.elements[name].value = value;
  sayChanged(form, [...form.elements].some(isChanged));
}

function onSubmit(event) {
  if (!isOfTheQueue(event.target)) return;
  event.preventDefault();
  if (isDouble(pressed)) {
    say(WORDS.twice);
    return;
  }
  if (isAsking()) {
    const { target, submitter } = event;
    hold(() => target.requestSubmit(submitter), () => document.contains(target));
    return;
  }
  decided = { key: pressed, at: performance.now() };
  place(requestOf(event.target, event.submitter), arrive);
}

// What is asked for by a form; that of a card says which page may be shown until the answer comes, and the way back.
function requestOf(form, submitter) {
  const request = { address: form.action, options: sent(form, submitter) };
  const card = form.closest(".card");
  const skip = card?.querySelector("a.card-skip");
  if (!skip) return request;
  const [code, country] = [".card-code", ".card-where strong"].map((one) => card.querySelector(one).textContent);
  const about = filled(WORDS.about, { code, country });
  const typed = keptAs(card.querySelector(".card-accept"));
  return {
    ...request,
    card: card.id,
    ahead: skip.href,
    back: placeOf(card, skip),
    about,
    saying: filled(WORDS.saving, { what: about }),
    onSaved: () => sessionStorage.removeItem(typed),
  };
}

// The address of a card in the queue, under the filters that its skip keeps.
function placeOf(card, skip) {
  const to = new URL(skip.href);
  for (const name of ["item", "after", "before"]) to.searchParams.delete(name);
  to.searchParams.set("item", card.id.replace("suggestion-", ""));
  return to.pathname + to.search;
}

function onClick(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest?.("a.card-skip, #next, #previous, #document-open");
  if (!link) return;
  event.preventDefault();
  if (link.id === "document-open") whole.toggle();
  else if (isAsking()) hold(() => link.click(), () => document.contains(link));
  else place({ address: link.href, options: {} }, arrive);
}

// Work on a passage keeps it claimed; whoever has taken it over meanwhile is named.
async function renew() {
  const token = current?.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!token || Date.now() - renewedAt < RENEW_AFTER) return;
  renewedAt = Date.now();
  const address = `/suggestions/${current.id.replace("suggestion-", "")}/claim/`;
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin" });
  const { held_by: holder } = answer.ok ? await answer.json() : {};
  if (holder && !document.getElementById("held")) {
    say(filled(WORDS.held, { person: holder }));
  }
}

function show(isOn) {
  document.getElementById("keys").classList.toggle("keys-off", !isOn);
  document.body.classList.toggle("has-keys", isOn);
}

// Takes up a page that stands: the first, or one put in its place.
function begin() {
  box = document.getElementById("keys-on");
  panel = document.querySelector(".bench-text");
  cards = [...document.querySelectorAll(".card")];
  current = cards.find((card) => card.hasAttribute("aria-current")) ?? cards[0];
  renewedAt = Date.now(); // the page itself has claimed it
  if (!box) {
    document.body.classList.remove("has-keys");
    return;
  }
  document.getElementById("keys").hidden = false;
  box.checked = localStorage.getItem(STORED) !== "off";
  box.addEventListener("change", () => {
    localStorage.setItem(STORED, box.checked ? "on" : "off");
    show(box.checked);
  });
  document.getElementById("keys-all").addEventListener("click", showAll);
  for (const card of cards) card.addEventListener("focusin", () => choose(card));
  for (const form of document.querySelectorAll(".card-accept")) restore(form);
  show(box.checked);
  showPhrase();
  if (/[?&](item|after|before)=/.test(location.search)) current?.focus({ preventScroll: true }); // go on where one was
  if (cards.indexOf(current) > 0) current.scrollIntoView({ block: "nearest" });
  lookAhead();
}

// `isPatched`: the answer agrees with what is shown already.
function arrive({ isClaimed, isPatched = false }) {
  if (isPatched) {
    if (current) choose(current);
    lookAhead();
    return;
  }
  scrollTo(0, 0);
  begin();
  if (!isClaimed) {
    renewedAt = 0;
    renew();
  }
  (current ?? document.getElementById("main")).focus({ preventScroll: true });
}

document.addEventListener("keydown", onKey);
document.addEventListener("input", onInput);
document.addEventListener("submit", onSubmit);
document.addEventListener("click", onClick);
document.addEventListener("pointerdown", () => (pressed = "pointer"));
begin();
