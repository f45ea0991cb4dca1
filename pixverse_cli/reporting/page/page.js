"use strict";
const cards = [...document.querySelectorAll("article")];
const text = document.getElementById("text");
const state = document.getElementById("status");
const count = document.getElementById("count");

function filter() {
  const words = text.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const card of cards) {
    const fits = (!state.value || card.dataset.status === state.value)
      && words.every((word) => card.dataset.text.includes(word));
    card.hidden = !fits;
    if (fits) shown += 1;
    else card.querySelector("video")?.pause();
  }
  count.textContent = `${shown} of ${cards.length}`;
}

// A video is asked for only when its card comes near the window.
const loader = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    const video = entry.target.querySelector("video");
    if (video && !video.src) {
      video.preload = "metadata";
      video.src = video.dataset.src;
    }
    loader.unobserve(entry.target);
  }
}, { rootMargin: "300px" });
cards.forEach((card) => loader.observe(card));

function missing(video) {
  const note = document.createElement("p");
  note.className = "none";
  note.textContent = "The file is not here any more, or this browser cannot play it.";
  video.replaceWith(note);
}
document.querySelectorAll("video").forEach((video) => {
  video.addEventListener("error", () => { if (video.src) missing(video); });
});

async function copy(button) {
  const command = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(command.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(command);
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => { button.textContent = "Copy the command"; }, 2000);
}

function move(step) {
  const shown = cards.filter((card) => !card.hidden);
  const at = shown.indexOf(document.activeElement?.closest("article"));
  const next = shown[Math.max(0, Math.min(shown.length - 1, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  if (event.target.matches("button.copy")) copy(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { text.value = ""; filter(); text.blur(); return; }
  if (event.target.matches("input, select, video")) return;
  const video = document.activeElement?.closest("article")?.querySelector("video");
  if (event.key === "/") { event.preventDefault(); text.focus(); }
  else if (event.key === "j" || event.key === "ArrowRight") move(1);
  else if (event.key === "k" || event.key === "ArrowLeft") move(-1);
  else if (event.key === "p" && video) { if (video.paused) video.play(); else video.pause(); }
});
text.addEventListener("input", filter);
state.addEventListener("input", filter);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter();
