// Sort a table by a column, at a click on its heading or Enter; missing values stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], buttons = [...table.tHead.querySelectorAll("button")];
  // Headings come in the order of the columns once those that span two rows are sorted in by their place on the page.
  const columns = columnsOf(table.tHead);
  for (const button of buttons) button.addEventListener("click", () => {
    const heading = button.closest("th"), column = columns.get(heading);
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const each of buttons) each.closest("th").removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...body.rows].map(row => [key(row.cells[column]), row]);
    rows.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : compare(a, b) * (down ? -1 : 1)));
    body.append(...rows.map(([, row]) => row));
  });
}
function columnsOf(head) {
  const columns = new Map(), taken = new Set();
  [...head.rows].forEach((row, line) => {
    let column = 0;
    for (const cell of row.cells) {
      while (taken.has(`${line}/${column}`)) column += 1;
      columns.set(cell, column);
      for (let below = 0; below < cell.rowSpan; below += 1)
        for (let beside = 0; beside < cell.colSpan; beside += 1) taken.add(`${line + below}/${column + beside}`);
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

// Show the rows that contain all words typed.
for (const input of document.querySelectorAll("input[data-table]")) {
  const rows = [...document.getElementById(input.dataset.table).tBodies[0].rows];
  const status = input.closest(".search").querySelector("[role=status]");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    status.textContent = words.length ? `${rows.filter(row => !row.hidden).length} of ${rows.length} rows` : "";
  });
}

// Print what is folded, too.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(each => { each.open = true; }));
