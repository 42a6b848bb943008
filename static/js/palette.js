// Ctrl-K: the search page's results in a box over any page. Without this file the link leads to that page.

const link = document.querySelector("[data-palette]");
const words = link?.dataset; // what is said here, in the page's language
const PAUSE = 180; // milliseconds without a key before the words are looked for

function build() {
    const box = document.createElement("dialog");
    box.className = "palette";
    box.setAttribute("aria-label", words.name);
    const form = document.createElement("form");
    form.action = link.pathname;
    form.setAttribute("role", "search");
    const input = document.createElement("input");
    Object.assign(input, { type: "search", name: "q", maxLength: 100, autocomplete: "off", enterKeyHint: "search" });
    input.setAttribute("aria-label", words.what);
    input.placeholder = words.hint;
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "button-link", textContent: words.close });
    close.addEventListener("click", () => box.close());
    const results = document.createElement("div");
    results.className = "palette-results";
    form.append(input, close);
    box.append(form, results);
    document.body.append(box);
    return { box, input, results };
}

let parts = null;
let timer = 0;
let asked = null;

async function look() {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams(new URL(link.href).search);
    query.set("q", parts.input.value);
    parts.results.setAttribute("aria-busy", "true");
    try {
        const answer = await fetch(`${link.pathname}?${query}`, { headers: { "HX-Request": "true" }, signal: asked.signal });
        if (!answer.ok) {
            throw new Error(String(answer.status));
        }
        parts.results.innerHTML = await answer.text(); // our own page's piece; the policy allows no script in it
    } catch (error) {
        if (error.name === "AbortError") {
            return;
        }
        parts.results.textContent = words.failed;
    }
    parts.results.removeAttribute("aria-busy");
}

function step(event) {
    const places = [parts.input, ...parts.results.querySelectorAll("a[href]")];
    const here = places.indexOf(document.activeElement);
    const next = { ArrowDown: here + 1, ArrowUp: here - 1 }[event.key];
    if (next !== undefined && places[next]) {
        event.preventDefault();
        places[next].focus();
    }
}

function open() {
    if (!parts) {
        parts = build();
        parts.input.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(look, PAUSE);
        });
        parts.box.addEventListener("keydown", step);
        parts.box.addEventListener("click", (event) => event.target === parts.box && parts.box.close());
    }
    parts.box.showModal();
    parts.input.select();
    look();
}

if (link && "showModal" in HTMLDialogElement.prototype) {
    link.querySelector("kbd").hidden = false;
    document.addEventListener("keydown", (event) => {
        if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
            event.preventDefault();
            if (!parts?.box.open) {
                open();
            }
        }
    });
    link.addEventListener("click", (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
            event.preventDefault();
            open();
        }
    });
}
