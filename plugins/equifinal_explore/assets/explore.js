/* The token has done its work, since the cookie is set: it is taken out of the address, and with it out of what a person copies. */
if (window.location.search) window.history.replaceState(null, '', window.location.pathname);

/* Dash calls its radio buttons options of a list box, with buttons inside. Without those roles they are what they are: native radio
   buttons with labels, in a fieldset with a legend. */
function plainRadioButtons() {
  for (const list of document.querySelectorAll('.dash-radioitems[role]')) list.removeAttribute('role');
  for (const label of document.querySelectorAll('.dash-radioitems [role=option], .dash-radioitems [aria-selected]')) {
    label.removeAttribute('role');
    label.removeAttribute('aria-selected');
  }
}
new MutationObserver(plainRadioButtons).observe(document, {
  subtree: true, childList: true, attributes: true, attributeFilter: ['role', 'aria-selected'],
});
