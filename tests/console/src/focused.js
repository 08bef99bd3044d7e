// The control that the keyboard is at: its name, and whether somebody who sees the page sees where it is.
const element = document.activeElement;
if (!element || element === document.body) return { name: "", visible: true };
const label = element.labels?.[0];
const copy = (label ?? element).cloneNode(true);
copy.querySelectorAll(".optional, svg").forEach((part) => part.remove());
const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const ringed = [element, label].some((one) => one && getComputedStyle(one).outlineStyle !== "none");
const { top, bottom } = (label ?? element).getBoundingClientRect();
return {
  name: plain(element.getAttribute("aria-label")) || plain(copy.textContent),
  visible: ringed && bottom > 0 && top < innerHeight,
};
