// Small comforts of the country page; it works without them.
// A link to a piece of evidence opens the factor that it stands in; printing opens what is closed.

function reveal() {
    const target = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (!target) {
        return;
    }
    let changed = false;
    for (let box = target; box; box = box.parentElement?.closest("details")) {
        if (box.tagName === "DETAILS" && !box.open) {
            box.open = changed = true;
        }
    }
    const said = target.closest(".piece")?.querySelector("details.said:not([open])");
    if (said) {
        said.open = changed = true;
    }
    if (changed) {
        target.scrollIntoView();
    }
}

window.addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && link.getAttribute("href") === window.location.hash) {
        reveal();
    }
});
reveal();

const shut = [];
window.addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("details.factor:not([open])")) {
        box.open = true;
        shut.push(box);
    }
});
window.addEventListener("afterprint", () => {
    for (const box of shut.splice(0)) {
        box.open = false;
    }
});
for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
