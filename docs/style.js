// The theme puts wide tables into regions that scroll; here the keyboard gets there, too.
addEventListener("load", () => {
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap")) region.tabIndex = 0
})
