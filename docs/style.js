// The theme puts wide tables into regions that scroll; here the keyboard gets there, too.
addEventListener("load", () => {
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap")) region.tabIndex = 0
})

// A block of a terminal shows prompts and output; its copy button copies the commands alone.
addEventListener("load", () => {
  for (const code of document.querySelectorAll(".highlight code")) {
    const commands = code.textContent.split("\n").filter((line) => line.startsWith("$ ")).map((line) => line.slice(2))
    if (commands.length) code.closest(".highlight").dataset.copy = commands.join("\n")
  }
})
