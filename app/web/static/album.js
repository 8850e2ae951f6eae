// A scanned key comes behind the #, which no server sees: it goes into the field and out of the address.
const field = document.getElementById("words");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1).replace(/[^a-z]+/gi, " ");
  history.replaceState(null, "", location.pathname + location.search);
}
