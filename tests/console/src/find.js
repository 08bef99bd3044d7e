// Finds a control by the words that stand there. Answers { control } or { problem }, never both.
const [kind, name, within, option] = arguments;

const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const named = (element, wanted) => {
  const copy = element.cloneNode(true);
  const all = plain(copy.textContent);
  copy.querySelectorAll(".visually-hidden, .optional, svg").forEach((part) => part.remove());
  return [plain(element.getAttribute("aria-label")), all, plain(copy.textContent)].includes(wanted);
};
// For everybody: what screen readers are not told of does not count.
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true]");

// While a dialog is open, nothing else can be used.
let root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;

if (within) {
  const places = "tr, li, section, fieldset, form, nav, details, article, dialog, div.page-header, div.section-group, div.notice";
  const title = ":scope > :is(th, legend, summary, h1, h2, h3, p, header), :scope > div > :is(h1, h2, h3, p), td:first-child + th";
  const matching = [...root.querySelectorAll(places)].filter((place) => shown(place)
    && (named(place, within) || [...place.querySelectorAll(title)].some((heading) => named(heading, within))
      || plain(place.getAttribute("aria-label")) === within));
  const innermost = matching.filter((place) => !matching.some((other) => other !== place && place.contains(other)));
  if (innermost.length !== 1) return { problem: `${innermost.length} places are called "${within}"` };
  root = innermost[0];
}

const all = (selector) => [...root.querySelectorAll(selector)].filter(shown);
const one = (controls, what) => {
  const different = controls.filter((control, index) => !controls.slice(0, index).includes(control));
  // Links to one place are as good as one link.
  const links = different.every((control) => control.matches("a[href]") && control.href === different[0].href);
  if (different.length === 1 || (different.length > 1 && links)) return { control: different[0] };
  return { problem: `${different.length} ${what} are called "${name}"` };
};

switch (kind) {
  case "action":
    return one(all("button, a[href], summary").filter((control) => named(control, name)), "buttons or links");
  case "field": {
    const labelled = all("label").filter((label) => label.control && named(label, name)).map((label) => label.control);
    const direct = all("input, select, textarea").filter((control) => plain(control.getAttribute("aria-label")) === name);
    return one([...labelled, ...direct], "fields");
  }
  case "choice": {
    const groups = all("fieldset").filter((group) => named(group.querySelector("legend") ?? group, name));
    const labels = groups.flatMap((group) => [...group.querySelectorAll("label")])
      .filter((label) => label.control && shown(label) && named(label, option));
    return one(labels.map((label) => label.control), `choices ${option} of groups`);
  }
  case "option": {
    const options = [...arguments[4].options].filter((candidate) => plain(candidate.textContent) === option
      || (option.endsWith("…") && plain(candidate.textContent).startsWith(option.slice(0, -1))));
    return options.length === 1 ? { control: options[0] } : { problem: `${options.length} options are called "${option}"` };
  }
}
