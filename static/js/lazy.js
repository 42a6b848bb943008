// What a reader opens is fetched then: <details data-lazy="address" data-part="id"> takes the element of that id from the
// page at the address. Without this file, and where the fetch fails, the link inside leads there.

import { parsed } from "./parsed.js";

async function fill(box) {
    const answer = await fetch(box.dataset.lazy, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
        return;
    }
    const page = parsed(await answer.text());
    const part = page.getElementById(box.dataset.part);
    if (!part) {
        return;
    }
    for (const one of part.querySelectorAll("noscript")) {
        one.remove(); // parsed without scripting: its sheet would count here
    }
    const link = box.querySelector("[data-lazy-link]");
    const isHere = link?.contains(document.activeElement);
    link?.replaceWith(document.adoptNode(part));
    if (isHere) {
        part.tabIndex = -1; // who stood on the link that went stands on what came
        part.focus({ preventScroll: true });
    }
    part.dispatchEvent(new CustomEvent("part:added", { bubbles: true }));
}

for (const box of document.querySelectorAll("details[data-lazy]")) {
    const open = () => {
        if (box.open && !box.dataset.asked) {
            box.dataset.asked = "yes";
            fill(box).catch(() => delete box.dataset.asked);
        }
    };
    box.addEventListener("toggle", open);
    open();
}
