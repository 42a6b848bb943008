// Puts the next passage in place without loading the page anew: what a form or a link of the queue leads to is fetched,
// and its <main> and header take the place of those that stand. The same forms and links work without it.

let isBusy = false;

// The page that `address` leads to, in place; `onPlaced` runs when it stands.
export async function place(address, options, onPlaced) {
  if (isBusy) return;
  isBusy = true;
  try {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main");
    if (answer.redirected && !main?.querySelector(".desk-head")) {
      location.assign(answer.url); // signed out meanwhile, for one
      return;
    }
    if (!main) throw new TypeError("no page");
    swap(page, "main");
    swap(page, "header");
    document.title = page.title;
    if (answer.ok) history.pushState({}, "", answer.url);
    onPlaced();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    say("The server could not be reached, so it is not known whether this was saved. Reload the page to see.");
  } finally {
    isBusy = false;
  }
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
