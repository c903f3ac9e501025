// The theme puts wide tables into regions that scroll; here the keyboard gets there, too.
addEventListener("load", () => {
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap")) region.tabIndex = 0
})

// A block of a terminal or of a console shows prompts and output; its copy button copies what is typed alone.
addEventListener("load", () => {
  for (const code of document.querySelectorAll(".highlight code")) {
    const lines = code.textContent.split("\n")
    const prompt = lines[0].startsWith(">>> ") ? /^(>>> |\.\.\. |\.\.\.$)/ : /^\$ /
    const commands = lines.filter((line) => prompt.test(line)).map((line) => line.replace(prompt, ""))
    if (commands.length) code.closest(".highlight").dataset.copy = commands.join("\n")
  }
})
