/* What pages do beyond links and forms. Without it everything still works, only with whole pages. */
"use strict";

/* After a swap the focus goes to what the answer marks with data-focus, and what changed is said aloud. */
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  const focus = target.querySelector("[data-focus]");
  if (focus) {
    focus.setAttribute("tabindex", focus.getAttribute("tabindex") ?? "-1");
    focus.focus();
  }
  const said = target.querySelector("[data-say]");
  if (said) document.getElementById("live").textContent = said.dataset.say;
});

document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));
/* Answers that say what is wrong are shown, too. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([403, 404, 409, 422, 503].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
});

/* A form is sent once, however often the button is pressed. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  }
});

/* Keys: j and k go through a list, Enter opens, ? tells them. No key is taken while somebody types. */
const rows = () => [...document.querySelectorAll("[data-row]")];
const here = () => document.querySelector("[data-row].is-here");

function goTo(row) {
  if (!row) return;
  here()?.classList.remove("is-here");
  row.classList.add("is-here");
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(by) {
  const all = rows();
  const at = all.indexOf(here());
  goTo(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key;
  if (key === "j") move(here() ? 1 : 0);
  else if (key === "k") move(-1);
  else if (key === "/") document.getElementById("q")?.focus();
  else if (key === "?") document.getElementById("keys")?.showModal();
  else {
    const pressed = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!pressed) return;
    if (pressed.matches("a, button")) pressed.click();
    else pressed.focus();
  }
  event.preventDefault();
});


/* Marked text in a message can be taken as the value of a field, with its place as evidence. */
const marker = document.getElementById("marker");

function codePoints(text) {
  return [...text].length;
}

function placeOf(node, offset) {
  const stretch = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest(".stretch");
  if (!stretch || node.nodeType !== Node.TEXT_NODE) return null;
  return Number(stretch.dataset.start) + codePoints(node.data.slice(0, offset));
}

document.addEventListener("selectionchange", () => {
  if (!marker || marker.contains(document.activeElement)) return;
  const selection = document.getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  const message = range && (range.commonAncestorContainer.parentElement ?? document.body).closest("[data-message]");
  const start = range && placeOf(range.startContainer, range.startOffset);
  const end = range && placeOf(range.endContainer, range.endOffset);
  const usable = message && start !== null && end !== null && start < end && end - start < 500;
  marker.hidden = !usable;
  if (!usable) return;
  const labels = range.cloneContents();
  labels.querySelectorAll(".mark__label").forEach((label) => label.remove());
  const fields = marker.elements;
  fields.value.value = labels.textContent.trim();
  fields.message_id.value = message.dataset.message;
  fields.start.value = start;
  fields.end.value = end;
});

marker?.addEventListener("submit", () => {
  marker.action = marker.dataset.action + document.getElementById("marker-field").value;
});

/* A slider says its value. */
document.addEventListener("input", (event) => {
  const said = event.target.id && document.querySelector(`output[for="${CSS.escape(event.target.id)}"]`);
  if (said) said.value = event.target.value;
});
