// Keys on the review page: a accepts, r opens the rejection (or the second reading), n goes to the next. Off until the person ticks the box,
// since a single letter may also be meant for a screen reader or spoken by accident; the choice is kept in this browser.
const STORED = "review-keys";
const box = document.getElementById("keys-on");

function isTyping(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function accept() {
  document.getElementById("accept")?.requestSubmit();
}

function reject() {
  const summary = document.getElementById("reject-open") ?? document.getElementById("disagree-open");
  if (!summary) return;
  summary.parentElement.open = true;
  summary.parentElement.querySelector("select, textarea").focus();
}

function next() {
  document.getElementById("next")?.click();
}

const ACTIONS = { a: accept, r: reject, n: next };

function onKey(event) {
  if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

if (box) {
  document.getElementById("keys").hidden = false;
  box.checked = localStorage.getItem(STORED) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
}
