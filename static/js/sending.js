// Sends the form of reports from where it stands: a browser forgets the chosen files when it loads a page anew, so an
// error is put into the page that has them. Without this script the form works too, and the answer names what was lost.

let isBusy = false;
let isTokenOld = false; // after signing in again, in another tab

const fileField = (form) => form.querySelector("input[type=file]");

function sizeOf(files) {
  return [...files].reduce((sum, file) => sum + file.size, 0);
}

function inWords(files) {
  const size = sizeOf(files) / 2 ** 20;
  return `${files.length} file${files.length === 1 ? "" : "s"}, ${size < 0.1 ? "less than 0.1" : size.toFixed(1)} MB`;
}

// What the browser can know before anything is sent; the server looks again.
function whatIsWrong(form) {
  const field = fileField(form);
  const pasted = form.elements.text?.value.trim() ?? "";
  const { filesMax, bytesMax } = field.dataset;
  if (!field.files.length && !pasted) return form.elements.text ? "Choose a file, or paste a text." : "Choose a file.";
  if (field.files.length && pasted) return "Send files or a pasted text, not both: empty one of them.";
  if (field.files.length > Number(filesMax)) return `At most ${filesMax} files at once: send them in parts.`;
  if (sizeOf(field.files) > Number(bytesMax)) return `At most ${bytesMax / 2 ** 20} MB at once: send them in parts.`;
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
  const a = Object.assign(document.createElement("a"), { href: link, target: "_blank", textContent: "Sign in" });
  place.append(" ", a);
}

async function pageOf(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
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
  if (kept.files.length) say(`Still chosen: ${inWords(kept.files)}. Correct what is said above, and send again.`);
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
    say("You are signed out, and nothing was sent. Sign in in another tab, then send again from here.", answer.url);
    return;
  }
  const page = await pageOf(answer);
  if (page.querySelector("#sending")) put(page, form);
  else {
    isTokenOld = true;
    say(`The server refused it (${answer.status}). What you chose is still here: try again.`);
  }
}

async function send(form) {
  const button = form.querySelector("button[type=submit]");
  isBusy = button.disabled = true;
  try {
    if (isTokenOld) await takeNewToken(form);
    const { files } = fileField(form);
    say(files.length ? `Sending ${inWords(files)} …` : "Sending …");
    const headers = { "X-Sending": "in-place" };
    const body = new FormData(form);
    await answered(await fetch(form.action, { method: "POST", credentials: "same-origin", headers, body }), form);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    say("The server could not be reached, so it is not known whether this came in. Your files are still chosen here.");
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
