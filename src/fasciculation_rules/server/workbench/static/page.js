// Sends the answers as they are given and puts the page that comes back in place of what is there, so that the focus
// stays where it is. Without it the same page works by its button. Nothing is stored, and nothing goes elsewhere.
"use strict";
(() => {
  const IDLE = 15 * 60 * 1000;
  const WARN = 14 * 60 * 1000;
  const PATIENCE = 10 * 1000;
  const REGIONS = ["status", "new-rules", "form", "result", "sheet"];
  const form = document.getElementById("form");
  const region = (id) => document.getElementById(id);
  const text = (name) => document.body.dataset[name];
  let asked = 0;
  let waiting = null;

  const fields = () => new URLSearchParams(new FormData(form)).toString();

  // ---- putting new HTML in place of old, node by node: what stays the same is left alone, and keeps the focus
  const same = (one, other) =>
    one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id || "") === (other.id || "");

  // whoever opened or closed a part of the page decides whether it is open
  const kept = (node, name) => node.nodeName === "DETAILS" && name === "open";

  function settle(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !kept(old, name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !kept(old, name)) old.setAttribute(name, value);
    }
    if ("checked" in old && old.type !== "hidden") old.checked = fresh.checked;
    settleChildren(old, fresh);
    if (old.nodeName === "INPUT" && /text|date/.test(old.type)) old.value = fresh.value;
    if (old.nodeName === "SELECT") old.value = fresh.value;
    if (old.nodeName === "TEXTAREA") old.value = fresh.value;
  }

  function settleChildren(old, fresh) {
    let here = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      let found = here;
      while (found && !same(found, next)) found = next.id ? found.nextSibling : null;
      if (!found) {
        old.insertBefore(next, here);
        continue;
      }
      while (here !== found) {
        const gone = here;
        here = here.nextSibling;
        gone.remove();
      }
      here = found.nextSibling;
      settle(found, next);
    }
    while (here) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
  }

  // ---- asking
  async function update() {
    const sent = fields();
    const mine = (asked += 1);
    const result = region("result");
    result.setAttribute("aria-busy", "true");
    const patience = new AbortController();
    const giveUp = setTimeout(() => patience.abort(), PATIENCE);
    let page;
    try {
      const answer = await fetch("workbench", {
        method: "POST",
        body: sent,
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: patience.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      if (mine === asked) fail(result);
      return;
    } finally {
      clearTimeout(giveUp);
    }
    if (mine !== asked) return;
    const unchanged = fields() === sent;
    for (const id of REGIONS) {
      const fresh = page.getElementById(id);
      if (fresh && (id !== "form" || unchanged)) settle(region(id), fresh);
    }
    result.removeAttribute("aria-busy");
    prepare();
  }

  function fail(result) {
    const told = document.createElement("p");
    told.className = "fault";
    told.textContent = text("failed");
    result.replaceChildren(told);
    result.removeAttribute("aria-busy");
    region("sheet").replaceChildren(told.cloneNode(true));
    region("status").textContent = text("failed");
  }

  function prepare() {
    const copy = region("note-copy");
    if (copy) copy.hidden = false;
  }

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 60);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    update();
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href^='#q-']");
    if (link) {
      const question = document.getElementById(link.getAttribute("href").slice(1));
      if (!question) return;
      event.preventDefault();
      question.closest("details")?.setAttribute("open", "");
      question.scrollIntoView();
      question.querySelector("input:checked, input, select")?.focus();
      return;
    }
    if (event.target.id !== "note-copy") return;
    const note = region("note-text");
    try {
      await navigator.clipboard.writeText(note.value);
    } catch {
      note.focus();
      note.select();
      return;
    }
    region("status").textContent = text("copied");
  });

  // ---- nobody is there: the page goes, with all that was entered
  let last = Date.now();
  let warned = false;
  let gone = false;

  function clear() {
    if (gone) return;
    gone = true;
    form.reset();
    document.body.hidden = true;
    location.replace("workbench");
  }

  function seen() {
    last = Date.now();
    warned = false;
  }

  function look() {
    const idle = Date.now() - last;
    if (idle >= IDLE) {
      clear();
    } else if (idle >= WARN && !warned) {
      warned = true;
      region("status").textContent = text("clearsSoon");
    }
  }

  for (const kind of ["keydown", "pointerdown", "input", "wheel"]) {
    document.addEventListener(kind, () => (Date.now() - last >= IDLE ? clear() : seen()), { passive: true });
  }
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => event.persisted && clear());
  prepare();
})();
