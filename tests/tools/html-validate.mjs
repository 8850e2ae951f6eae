// The standard rules of html-validate. Three are told our manner; none is off.
export default {
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y", "html-validate:document"],
  rules: {
    // Either case is HTML; tests/web/html.py holds every page to small letters.
    "doctype-style": ["error", { style: "lowercase" }],
    // A footnote's id is fn:S58, as the Markdown library names it: HTML forbids only spaces in an id.
    "valid-id": ["error", { relaxed: true }],
    // Files of this very site change with the page that names them; of other sites there are none.
    "require-sri": ["error", { target: "crossorigin" }],
  },
};
