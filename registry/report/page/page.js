"use strict";

// Tables: a click on a heading sorts by it, a second one turns the order round. Figures carry
// their number in data-key; what could not be measured (NaN) stays at the end either way.
function key(cell) {
  if (cell.dataset.key === undefined) return cell.textContent.trim();
  const word = cell.dataset.key;
  if (word === "inf") return Infinity;
  if (word === "-inf") return -Infinity;
  return parseFloat(word);
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sort(table, heading) {
  const place = Array.from(heading.parentNode.children).indexOf(heading);
  const falling = heading.getAttribute("aria-sort") === "ascending";
  for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => [key(row.cells[place]), row]);
  const known = rows.filter(([k]) => !Number.isNaN(k));
  const unknown = rows.filter(([k]) => Number.isNaN(k));
  known.sort((a, b) => compare(a[0], b[0]) * (falling ? -1 : 1));
  for (const [, row] of [...known, ...unknown]) body.append(row);
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.tHead.rows[0].cells) {
    heading.tabIndex = 0;
    heading.addEventListener("click", () => sort(table, heading));
    heading.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        sort(table, heading);
      }
    });
  }
}

// Clips: one at a time; its videos start together and only the first is heard.
const choice = document.getElementById("clip");

function shown() {
  return document.querySelector(`.clip[data-clip="${CSS.escape(choice.value)}"]`);
}

function show() {
  for (const clip of document.querySelectorAll(".clip")) {
    clip.hidden = clip.dataset.clip !== choice.value;
    for (const video of clip.querySelectorAll("video")) video.pause();
  }
}

if (choice && choice.options.length) {
  choice.addEventListener("change", show);
  document.getElementById("play").addEventListener("click", () => {
    shown().querySelectorAll("video").forEach((video, place) => {
      video.muted = place > 0;
      video.currentTime = 0;
      video.play();
    });
  });
  show();
}
