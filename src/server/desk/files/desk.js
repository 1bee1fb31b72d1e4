// The desk, faster: the same acts as the forms of the page. Nothing is kept in the browser.
"use strict";
(() => {
  const clock = document.getElementById("clock");
  if (clock) {
    const tick = () => { clock.textContent = new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"; };
    tick();
    setInterval(tick, 10000);
  }
  document.querySelectorAll("tencode-picker[data-go]").forEach((picker) => {
    picker.addEventListener("change", () => { location.href = picker.dataset.go + encodeURIComponent(picker.value.code || picker.code); });
  });
  // What is still going on is looked at again while somebody can see it, one look after the other, until it has ended. Then
  // the page is loaded with what came of it. Without this script there is a link.
  async function follow() {
    const going = document.querySelector("[data-refresh]");
    if (!going) return;
    if (!document.hidden && !going.contains(document.activeElement)) {
      const reply = await fetch(going.dataset.refresh, { cache: "no-store" }).catch(() => null);
      const text = await reply?.text().catch(() => "");
      const fresh = reply?.ok && new DOMParser().parseFromString(text, "text/html").getElementById(going.id);
      // It has ended; or it is gone, or nobody is signed in any more, which the page itself says.
      const gone = [401, 403, 404].includes(reply?.status);
      if (gone || (fresh && !fresh.dataset.refresh)) return location.reload();
      if (fresh && !going.contains(document.activeElement)) going.replaceWith(fresh);
    }
    setTimeout(follow, 2000);
  }
  setTimeout(follow, 2000);
  const form = document.getElementById("desk");
  if (!form) return;
  const box = form.elements.text, answer = document.getElementById("answer"), picked = document.getElementById("picked");
  const secret = form.elements.form_secret.value, glass = form.elements.glass;
  const WAIT = 30;
  let asked = 0, painted = 0, active = 0, timer = 0, control = null, held = "";

  // HTML lets no field of several lines be a combobox: it stays a text box that points into a list.
  box.setAttribute("aria-autocomplete", "list");

  const options = () => [...answer.querySelectorAll("[role=option]")];
  const why = () => answer.querySelectorAll(".why").forEach((it) => { it.hidden = true; });

  function mark(place) {
    const all = options();
    active = Math.max(0, Math.min(place, all.length));
    all.forEach((it, at) => it.setAttribute("aria-selected", String(at + 1 === active)));
    if (active) {
      box.setAttribute("aria-activedescendant", all[active - 1].id);
      all[active - 1].scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
    why();
  }

  // What was seen is what is picked: a list stays as it is while a line of it is marked, and an older answer never
  // replaces a newer one.
  async function look() {
    const number = ++asked;
    control?.abort();
    control = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    if (glass) body.set("glass", held);
    const slow = setTimeout(() => { const it = document.getElementById("count"); if (it && number === asked) it.textContent += " …"; }, 1500);
    try {
      const reply = await fetch(form.action + "/look", {
        method: "POST", body, headers: { "X-Form-Secret": secret }, signal: control.signal, cache: "no-store",
      });
      if (reply.redirected || reply.status === 401) { away("/sign-in"); return; }
      if (!reply.ok) { away(""); return; }
      const text = await reply.text();
      if (number < painted || active) return;
      painted = number;
      answer.innerHTML = text;
      answer.classList.remove("away");
      const has = options().length > 0;
      if (has) box.setAttribute("aria-controls", "list"); else box.removeAttribute("aria-controls");
    } catch (error) {
      if (error.name !== "AbortError") away("");
    } finally {
      clearTimeout(slow);
    }
  }

  // The words stay; no old list is shown as if it were new.
  function away(to) {
    answer.classList.add("away");
    answer.textContent = "";
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.id = "count";
    said.textContent = to ? "401" : "503";
    answer.append(said);
    if (to) { const link = document.createElement("a"); link.href = to; link.textContent = to; said.append(" ", link); }
  }

  function soon() {
    mark(0);
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  }

  function pick(place) {
    const option = options()[place - 1];
    if (!option) return false;
    const value = option.dataset.code;
    const item = document.createElement("li");
    item.dataset.code = value;
    const hidden = document.createElement("input");
    hidden.type = "hidden"; hidden.name = "picked"; hidden.value = value;
    const button = document.createElement("button");
    button.className = "drop"; button.name = "act"; button.value = "drop:" + value; button.textContent = "×";
    button.setAttribute("aria-label", "× " + option.dataset.copy);
    item.append(hidden, option.dataset.copy + " ", button);
    picked.append(item);
    mark(0);
    look();
    return true;
  }

  // What else is at the place that was typed: asked when a field is left with another place in it, not at each key, for it is
  // noted. An older answer never replaces a newer one.
  const places = () => [...form.querySelectorAll("[data-place]")].map((it) => it.value.trim()).join("\n");
  let here = places(), asks = 0;
  async function near() {
    if (places() === here) return;
    here = places();
    const number = ++asks;
    const reply = await fetch(form.action + "/near", { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    const text = reply?.ok && !reply.redirected ? await reply.text().catch(() => "") : "";
    if (number === asks) document.getElementById("near").innerHTML = text;
  }

  function save() {
    form.requestSubmit(document.getElementById("save"));
  }

  box.addEventListener("input", soon);
  form.addEventListener("change", (event) => { if (event.target !== box) { soon(); near(); } });
  answer.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { pick(options().indexOf(option) + 1); box.focus(); }
  });
  picked.addEventListener("click", (event) => {
    const button = event.target.closest(".drop");
    if (!button) return;
    event.preventDefault();
    button.closest("li").remove();
    box.focus();
    look();
  });

  box.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.isComposing) return;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    // Arrows move in the text while there are lines of it in that direction.
    if (event.key === "ArrowDown" && plain && count && (active || !box.value.slice(box.selectionEnd).includes("\n"))) { mark(active % count + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp" && plain && active) { mark(active - 1); event.preventDefault(); }
    else if (event.key === "Home" && active) { mark(1); event.preventDefault(); }
    else if (event.key === "End" && active) { mark(count); event.preventDefault(); }
    else if (event.key === "PageDown" && active) { mark(count); event.preventDefault(); }
    else if (event.key === "PageUp" && active) { mark(1); event.preventDefault(); }
    else if (event.key === "Enter" && event.ctrlKey) { if (active) pick(active); save(); event.preventDefault(); }
    else if (event.key === "Enter" && plain && active) { pick(active); event.preventDefault(); }
    else if (plain && active && /^[1-9]$/.test(event.key) && Number(event.key) <= count) { pick(Number(event.key)); event.preventDefault(); }
    else if (event.key === "Escape") { if (active) { mark(0); look(); } else if (box.value) { box.value = ""; look(); } event.preventDefault(); }
    else if (event.key === "c" && event.ctrlKey && active && box.selectionStart === box.selectionEnd) {
      navigator.clipboard?.writeText(options()[active - 1].dataset.copy);
      event.preventDefault();
    }
  });

  // To a field that is missing, unfolding what hides it; one of a list stands under its first item.
  function goTo(id) {
    const wanted = id.replaceAll("[0]", "");
    const field = [...form.querySelectorAll("[id^='f-']")].find((it) => it.id.replaceAll("[0]", "") === wanted);
    if (!field) return;
    const fold = field.closest("details");
    if (fold) fold.open = true;
    field.focus();
  }
  answer.addEventListener("click", (event) => {
    const link = event.target.closest("#missing a");
    if (link) { goTo(decodeURIComponent(link.hash.slice(1))); event.preventDefault(); }
  });

  // An answer to the question becomes the value of its field; "nobody knows" silences it.
  function reply(button) {
    const { path, value } = button.dataset;
    const field = form.elements["f:" + path];
    if (value && field) {
      field.value = value;
    } else {
      const silent = document.createElement("input");
      silent.type = "hidden"; silent.name = "silent"; silent.value = path;
      picked.after(silent);
    }
    mark(0);
    box.focus();
    look();
  }
  answer.addEventListener("click", (event) => {
    const button = event.target.closest("#question button");
    if (button) { reply(button); event.preventDefault(); }
  });
  answer.addEventListener("keydown", (event) => {
    const fields = event.target.closest("#question");
    const value = { y: "true", n: "false", u: "" }[event.key];
    if (!fields || value === undefined) return;
    const button = fields.querySelector(`button[data-value="${value}"]`);
    if (button) { reply(button); event.preventDefault(); }
  });

  const typing = (it) => it && (it.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(it.tagName));
  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      const panel = document.getElementById("why-" + (active || 1));
      if (panel) { const was = panel.hidden; why(); panel.hidden = !was; }
      event.preventDefault();
    } else if (event.key === "F3" && glass && !event.repeat) {
      held = glass.value || (glass.options[1] || {}).value || "";
      mark(0);
      look();
      event.preventDefault();
    } else if (event.key === "F3") {
      event.preventDefault();
    } else if (event.key === "F4") {
      const first = document.querySelector("#missing a");
      if (first) goTo(first.hash.slice(1)); else document.getElementById("missing")?.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && event.ctrlKey && event.target !== box) {
      save();
      event.preventDefault();
    } else if (!typing(event.target) && event.key === "/") {
      box.focus();
      event.preventDefault();
    } else if (!typing(event.target) && event.key === "?") {
      location.href = "/help";
    }
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === "F3" && held) { held = ""; look(); }
  });
  // Enter in a field of the record must not take the first button of the form.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.ctrlKey) event.preventDefault();
  });
  look();
})();
