// The whole document over the queue, the passage in view; the same key, Escape or the button leads back.

import { parsed } from "./parsed.js";

export function isOpen() {
  return document.getElementById("document")?.open ?? false;
}

export async function toggle() {
  const dialog = document.getElementById("document");
  const link = document.getElementById("document-open");
  if (!dialog || !link) return;
  if (dialog.open) {
    dialog.close();
    return;
  }
  if (!dialog.firstChild) {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    const whole = parsed(await answer.text()).querySelector(".whole");
    if (!whole) {
      location.assign(link.href);
      return;
    }
    dialog.replaceChildren(closing(dialog), document.adoptNode(whole));
  }
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("#here")?.scrollIntoView({ block: "center" });
}

function closing(dialog) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet document-close";
  button.textContent = document.querySelector("[data-words=desk]").dataset.close;
  button.addEventListener("click", () => dialog.close());
  return button;
}
