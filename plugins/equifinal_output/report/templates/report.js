"use strict";

// Light or dark: as the system says, until somebody chooses. The choice is kept where the browser allows it.
const root = document.documentElement, theme = document.querySelector(".theme");
const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const offer = () => { theme.textContent = dark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `${theme.textContent} colours`); };
try { if (["light", "dark"].includes(localStorage.getItem("theme"))) root.dataset.theme = localStorage.getItem("theme"); } catch { /* no storage */ }
theme.hidden = false;
offer();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", offer);
theme.addEventListener("click", () => {
  root.dataset.theme = dark() ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* no storage */ }
  offer();
});

// A phone's first screen is for the answer alone.
if (matchMedia("(max-width: 40rem)").matches) for (const each of document.querySelectorAll(".claims, .rest")) each.open = false;

for (const table of document.querySelectorAll("table.sortable")) {
  const bar = document.querySelector(`[data-table="${table.id}"]`), status = bar.querySelector("[role=status]");
  const columns = columnsOf(table.tHead);
  sortable(table, columns, status);
  searchable(table, columns, bar, status);
}

// Sort by a column at a press on its heading; missing values stay last.
function sortable(table, columns, status) {
  const body = table.tBodies[0], headings = [...table.tHead.querySelectorAll("th[data-sort]")];
  for (const heading of headings) {
    const button = document.createElement("button"), name = columns.get(heading).name;
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const column = columns.get(heading).number, down = heading.getAttribute("aria-sort") === "ascending";
      for (const each of headings) each.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map(row => [key(row.cells[column]), row]);
      rows.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : compare(a, b) * (down ? -1 : 1)));
      body.append(...rows.map(([, row]) => row));
      status.textContent = `Sorted by ${name}, ${down ? "descending" : "ascending"}.`;
    });
  }
}

// Show the rows that contain all words typed and have the value chosen.
function searchable(table, columns, bar, status) {
  const rows = [...table.tBodies[0].rows], input = bar.querySelector("input"), select = bar.querySelector("select");
  const texts = rows.map(row => row.textContent.toLowerCase());
  for (const { number, name } of columns.values()) {
    if (number === null || number === 0) continue;
    const values = [...new Set(rows.map(row => "value" in row.cells[number].dataset ? null : row.cells[number].textContent))];
    if (values.includes(null) || values.length < 2 || values.length > 12) continue;
    const group = document.createElement("optgroup");
    group.label = name;
    for (const value of values.sort((a, b) => compare(a, b))) {
      const option = new Option(value.length > 60 ? `${value.slice(0, 59)}…` : value);
      option.match = row => row.cells[number].textContent === value;
      group.append(option);
    }
    select.append(group);
  }
  select.closest("label").hidden = select.options.length === 1;
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean), match = select.selectedOptions[0]?.match;
    rows.forEach((row, place) => { row.hidden = !(words.every(word => texts[place].includes(word)) && (!match || match(row))); });
    status.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} rows`;
  };
  input.addEventListener("input", show);
  select.addEventListener("change", show);
  bar.hidden = false;
  show();
}

// The place of each heading's column, and its name with that of the group above it.
function columnsOf(head) {
  const columns = new Map(), taken = new Map();
  [...head.rows].forEach((row, line) => {
    let column = 0;
    for (const cell of row.cells) {
      while (taken.has(`${line}/${column}`)) column += 1;
      const above = taken.get(`${line - 1}/${column}`), text = cell.textContent.trim();
      columns.set(cell, { number: cell.colSpan > 1 ? null : column, name: above ? `${above} ${text}` : text });
      for (let below = 0; below < cell.rowSpan; below += 1)
        for (let beside = 0; beside < cell.colSpan; beside += 1) taken.set(`${line + below}/${column + beside}`, text);
      column += cell.colSpan;
    }
  });
  return columns;
}
function key(cell) {
  if ("value" in cell.dataset) return Number(cell.dataset.value);
  const text = cell.textContent.trim();
  return text === "–" || text === "" ? null : text;
}
function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

// Print what is folded, too, except the long tables of background, which print if they were opened; then fold it again.
// Headings print as text, because a button stays blank where a browser repeats the heading on the next page.
let folded = [], buttons = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open], .long)")];
  for (const each of folded) each.open = true;
  buttons = [...document.querySelectorAll("th > button")].map(button => [button.parentNode, button]);
  for (const [heading, button] of buttons) heading.replaceChildren(...button.cloneNode(true).childNodes);
});
addEventListener("afterprint", () => {
  for (const each of folded) each.open = false;
  for (const [heading, button] of buttons) heading.replaceChildren(button);
});
