// Sends the form of reports from where it stands: a browser forgets the chosen files when it loads a page anew, so an
// error is put into the page that has them. Without this script the form works too, and the answer names what was lost.

import { parsed } from "./parsed.js";

const WORDS = document.querySelector("[data-words=sending]").dataset; // what is said here, in the page's language
let isBusy = false;
let isTokenOld = false; // after signing in again, in another tab

// A sentence of the page with what it is about put in: {n} and the like.
const filled = (words, given) => words.replace(/\{(\w+)\}/g, (_, name) => given[name]);
const fileField = (form) => form.querySelector("input[type=file]");

function sizeOf(files) {
  return [...files].reduce((sum, file) => sum + file.size, 0);
}

function inWords(files) {
  const size = sizeOf(files) / 2 ** 20;
  const words = files.length === 1 ? WORDS.file : WORDS.files;
  return filled(words, { n: files.length, size: size < 0.1 ? WORDS.less : size.toFixed(1) });
}

// What the browser can know before anything is sent; the server looks again.
function whatIsWrong(form) {
  const field = fileField(form);
  const pasted = form.elements.text?.value.trim() ?? "";
  const { filesMax, bytesMax } = field.dataset;
  if (!field.files.length && !pasted) return form.elements.text ? WORDS.chooseOrPaste : WORDS.choose;
  if (field.files.length && pasted) return WORDS.notBoth;
  if (field.files.length > Number(filesMax)) return filled(WORDS.tooMany, { n: filesMax });
  if (sizeOf(field.files) > Number(bytesMax)) return filled(WORDS.tooLarge, { n: bytesMax / 2 ** 20 });
  return "";
}

function look(form) {
  const { files } = fileField(form);
  fileField(form).setCustomValidity("");
  const chosen = document.querySelector("#chosen");
  chosen.textContent = files.length > 1 ? `${inWords(files)}: ${[...files].map((file) => file.name).join(", ")}` : "";
}

function say(words, link = null) {
  const place = document.querySelector("#under-way");
  place.replaceChildren(words);
  if (!link) return;
  const a = Object.assign(document.createElement("a"), { href: link, target: "_blank", textContent: WORDS.signIn });
  place.append(" ", a);
}

async function pageOf(answer) {
  return parsed(await answer.text());
}

async function takeNewToken(form) {
  const page = await pageOf(await fetch(form.action, { credentials: "same-origin" }));
  const token = page.querySelector("#sending input[name=csrfmiddlewaretoken]");
  if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  isTokenOld = !token;
}

// The answer's page takes the place of this one, but for the field that holds the files.
function put(page, form) {
  const kept = fileField(form);
  const fresh = page.querySelector("#sending input[type=file]");
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (fresh.hasAttribute(name)) kept.setAttribute(name, fresh.getAttribute(name));
    else kept.removeAttribute(name);
  }
  fresh.replaceWith(kept);
  page.querySelector("#lost")?.remove();
  document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
  document.title = page.title;
  look(kept.form);
  if (kept.files.length) say(filled(WORDS.still, { files: inWords(kept.files) }));
  document.querySelector(".message-error")?.focus();
}

async function answered(answer, form) {
  const there = answer.headers.get("Location");
  if (answer.status === 201 && there) {
    location.assign(there);
    return;
  }
  if (answer.redirected) {
    isTokenOld = true;
    say(WORDS.signedOut, answer.url);
    return;
  }
  const page = await pageOf(answer);
  if (page.querySelector("#sending")) put(page, form);
  else {
    isTokenOld = true;
    say(filled(WORDS.refused, { status: answer.status }));
  }
}

async function send(form) {
  const button = form.querySelector("button[type=submit]");
  isBusy = button.disabled = true;
  try {
    if (isTokenOld) await takeNewToken(form);
    const { files } = fileField(form);
    say(files.length ? filled(WORDS.sendingFiles, { files: inWords(files) }) : WORDS.sending);
    const headers = { "X-Sending": "in-place" };
    const body = new FormData(form);
    await answered(await fetch(form.action, { method: "POST", credentials: "same-origin", headers, body }), form);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    say(WORDS.unknown);
  } finally {
    isBusy = button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "sending") return;
  event.preventDefault();
  if (isBusy) return;
  const field = fileField(form);
  field.setCustomValidity(whatIsWrong(form));
  if (form.reportValidity()) send(form);
});
for (const kind of ["change", "input"]) {
  document.addEventListener(kind, (event) => event.target.form?.id === "sending" && look(event.target.form));
}
// A field in a folded part cannot be shown as wrong: unfold it.
document.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);
