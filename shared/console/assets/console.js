// Small comforts. Every page works without this file: links and forms do everything.
"use strict";

const each = (root, selector, action) => root.querySelectorAll(selector).forEach(action);

/* What a screen reader is told; the element stays in the page, so that it is listened to. */
let announced = "";
function announce(text) {
  const place = document.getElementById("announcements");
  if (!place || !text || text === announced) return;
  announced = text;
  place.textContent = text;
}

/* Times in the reader's own zone. The steps are those of the server, so that nothing jumps. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const moments = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const distances = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const steps = [[2700, 60, "minute"], [79200, 3600, "hour"], [2592000, 86400, "day"], [31536000, 2629800, "month"], [Infinity, 31557600, "year"]];

function relative(at) {
  const seconds = (at - Date.now()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 45) return "now";
  const [, unit, name] = steps.find(([limit]) => distance < limit);
  return distances.format(Math.sign(seconds) * Math.max(1, Math.round(distance / unit)), name);
}

function showTimes(root) {
  each(root, "time[data-time]", (time) => {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) return;
    const text = moments.format(at);
    if (time.dataset.time === "relative") {
      time.title = text;
      time.textContent = relative(at);
    } else {
      time.title = time.title || time.textContent;
      time.textContent = text;
    }
  });
}

/* Live parts: the answer is the same element, which says itself whether there will be more. */
const USUAL_WAIT = 2500;
const LONGEST_WAIT = 60000;
const watched = new WeakSet();

function watch(element) {
  if (watched.has(element)) return;
  watched.add(element);
  let wait = USUAL_WAIT;
  const again = () => setTimeout(renew, wait);
  const renew = async () => {
    if (!element.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", renew, { once: true });
      return;
    }
    try {
      const answer = await fetch(element.dataset.live, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
      // A redirect leads to signing in again, which the whole page has to do.
      if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
      if (answer.status === 403 || answer.status === 404) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(element.id);
      if (!fresh) return;
      replace(element, document.adoptNode(fresh));
    } catch {
      wait = Math.min(wait * 2, LONGEST_WAIT);
      again();
    }
  };
  again();
}

function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  each(old, "details[open][id]", (open) => {
    const same = fresh.querySelector("#" + CSS.escape(open.id));
    if (same) same.open = true;
  });
  each(fresh, "noscript", (element) => element.remove());
  old.replaceWith(fresh);
  enliven(fresh);
  if (fresh.matches("[data-live]")) watch(fresh);
  // That something has begun is no news beside its end.
  else if (!document.querySelector("[data-live]")) each(document, "[data-flash][role=status]", (flash) => flash.remove());
  if (focused) document.getElementById(focused)?.focus();
  announce(fresh.dataset.announcement);
}

/* Fields that depend on another one. */
function showDependents(form) {
  each(form, "[data-shown-when]", (part) => {
    const chosen = [...form.elements].filter((field) => field.name === part.dataset.shownWhen)
      .filter((field) => !/^(radio|checkbox)$/.test(field.type) || field.checked).map((field) => field.value);
    // What it stands in comes first in the document, so that it is decided already.
    const shown = !part.parentElement.closest("[data-shown-when][hidden]")
      && chosen.some((value) => part.dataset.values.split(" ").includes(value));
    part.hidden = !shown;
    // A hidden field must neither be insisted on nor sent.
    each(part, "input, select, textarea", (field) => { field.disabled = !shown; });
  });
}

/* A box that ticks all. */
function tickAll(label) {
  const form = label.closest("form");
  if (!form) return;
  const all = label.querySelector("input");
  const boxes = [...form.elements].filter((field) => field.type === "checkbox" && field.name === label.dataset.checkAll);
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    announce(all.checked ? `${boxes.length} rows chosen` : "No rows chosen");
  });
  boxes.forEach((box) => box.addEventListener("change", show));
  label.hidden = boxes.length === 0;
  show();
}

/* A confirmation in a dialog. Whatever goes wrong, the link still leads to its page. */
async function askInDialog(link) {
  try {
    const answer = await fetch(link.href, { credentials: "same-origin", redirect: "error", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const form = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("confirmation");
    if (!form) throw new Error("no confirmation");
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "confirmation-title");
    dialog.append(document.adoptNode(form));
    // A link in a menu cannot be seen any more: the menu is closed by now.
    const opener = link.closest("details.menu")?.querySelector("summary") ?? link;
    dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
    document.body.append(dialog);
    enliven(dialog);
    dialog.showModal();
    // Nothing is destroyed by pressing Enter too early.
    dialog.querySelector("[data-close-dialog]")?.focus();
  } catch {
    location.assign(link.href);
  }
}

function enliven(root) {
  showTimes(root);
  each(root, "[data-live]", watch);
  each(root, "[data-check-all]", tickAll);
  each(root, "[data-copy]", (button) => { button.hidden = !navigator.clipboard; });
  each(root, "form", showDependents);
  each(root, "select[data-fill=time-zone]", (select) => {
    if (!select.value && [...select.options].some((option) => option.value === zone)) select.value = zone;
  });
}

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  each(document, "details.menu[open]", (menu) => { if (!menu.contains(target)) menu.open = false; });
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = target.closest("a[data-dialog]");
  if (link && plain) {
    event.preventDefault();
    const menu = link.closest("details.menu");
    if (menu) menu.open = false;
    await askInDialog(link);
    return;
  }
  const close = target.closest("dialog [data-close-dialog]");
  if (close && plain) {
    event.preventDefault();
    close.closest("dialog").close();
    return;
  }
  const copy = target.closest("[data-copy]");
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    const words = copy.querySelector("span").firstChild;
    words.textContent = "Copied";
    announce("Copied");
    setTimeout(() => { words.textContent = "Copy"; announced = ""; }, 2000);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.form) showDependents(event.target.form);
});

/* A second click while the first one is on its way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 5000);
});

function release(form) {
  delete form.dataset.sent;
  each(form, "[aria-disabled]", (button) => button.removeAttribute("aria-disabled"));
}
addEventListener("pageshow", (event) => {
  if (event.persisted) each(document, "form[data-sent]", release);
});

enliven(document);
each(document, "[data-zone]", (note) => { note.textContent = `Times are in your time zone, ${zone.replaceAll("_", " ")}.`; });
setInterval(() => each(document, "time[data-time=relative]", (time) => { time.textContent = relative(new Date(time.dateTime)); }), 30000);
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
// Screen readers do not read a message that was there from the start, unless it is an alert.
setTimeout(() => announce(document.querySelector("[data-flash][role=status]")?.textContent.trim()), 300);
