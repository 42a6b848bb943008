// Small comforts of the country page; it works without them.
// A link to a factor opens it (static/js/lazy.js then fetches its signs); old links to a piece of evidence lead to the piece.

const PIECE = /^#evidence-(\d+)$/;

function reveal() {
    const piece = PIECE.exec(window.location.hash);
    if (piece) {
        window.location.replace(`/evidence/${piece[1]}/`);
        return;
    }
    const target = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (target?.tagName === "DETAILS" && !target.open) {
        target.open = true;
        target.scrollIntoView();
    }
}

window.addEventListener("hashchange", reveal);
reveal();
for (const link of document.querySelectorAll(".contents-folded a")) {
    link.addEventListener("click", () => {
        link.closest("details").open = false;
    });
}
for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
