// Keys on the queue of suggestions. They act on the current card, never inside a field, and can be switched off;
// that choice is kept in this browser. Everything they do is a button or a link of the page.
const STORED = "suggestion-keys";
const box = document.getElementById("keys-on");
const panel = document.querySelector(".bench-text");
const cards = [...document.querySelectorAll(".card")];
let current = cards.find((card) => card.hasAttribute("aria-current")) ?? cards[0];
let isSent = false;

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

function press(found) {
  if (!found || isSent) return;
  isSent = found.type === "submit"; // a second press before the answer would decide the next one unread
  found.click();
}

function open(selector, field) {
  const details = current?.querySelector(selector);
  if (!details) return;
  details.open = true;
  details.querySelector(field).focus();
}

// The first press shows the reasons, the second rejects with the one in focus: no slip records an untrue reason.
function reject() {
  const reason = document.activeElement?.closest(".card-why button[name=reason]");
  if (reason && current?.contains(reason)) press(reason);
  else open(".card-why", "button[name=reason]");
}

// Out of a field, or out of the reasons, which fold.
function leave(target) {
  const reasons = target.closest(".card-why");
  if (reasons) reasons.open = false;
  current.focus({ preventScroll: true });
}

function undo() {
  const form = document.getElementById("undo");
  if (!form || isSent) return;
  isSent = true;
  form.requestSubmit();
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
  s: () => press(current?.querySelector("a.card-skip")),
  n: () => press(current?.querySelector("a.card-skip")),
  c: () => open(".card-change", "select, input"),
  u: undo,
  j: () => go(1),
  k: () => go(-1),
  ArrowDown: () => go(1),
  ArrowUp: () => go(-1),
  "?": showAll,
};
for (const severity of "01234") ACTIONS[severity] = () => grade(severity);

function onKey(event) {
  const isInside = isTyping(event.target) || event.target.closest?.(".card-why");
  if (event.key === "Escape" && isInside && current?.contains(event.target)) {
    leave(event.target);
    return;
  }
  if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
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
  const form = event.target.closest(".card")?.querySelector(".card-accept");
  if (form) sessionStorage.removeItem(keptAs(form));
}

function show(isOn) {
  document.getElementById("keys").classList.toggle("keys-off", !isOn);
  document.body.classList.toggle("has-keys", isOn);
}

if (box) {
  document.getElementById("keys").hidden = false;
  box.checked = localStorage.getItem(STORED) !== "off";
  show(box.checked);
  box.addEventListener("change", () => {
    localStorage.setItem(STORED, box.checked ? "on" : "off");
    show(box.checked);
  });
  document.getElementById("keys-all").addEventListener("click", showAll);
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onInput);
  for (const card of cards) card.addEventListener("focusin", () => choose(card));
  document.addEventListener("submit", onSubmit);
  for (const form of document.querySelectorAll(".card-accept")) restore(form);
  addEventListener("pageshow", () => (isSent = false)); // back from the history, the page may be used again
  showPhrase();
  if (/[?&](item|after)=/.test(location.search)) current?.focus({ preventScroll: true }); // go on where one was
  if (cards.indexOf(current) > 0) current.scrollIntoView({ block: "nearest" });
}
