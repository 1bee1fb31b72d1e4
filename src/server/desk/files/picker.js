// <tencode-picker set="…" on="…" limit="9" label="…" name="…" required> · a code from any page; no dependency, nothing kept.
"use strict";
(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{all:initial!important;display:inline-block!important;position:relative!important;font:16px/1.4 system-ui,sans-serif!important;color:CanvasText!important;color-scheme:light dark!important;direction:ltr!important;min-width:16em!important}
*{box-sizing:border-box}label{display:block;font-weight:600}input{font:inherit;color:inherit;background:Canvas;width:100%;min-height:2em;padding:.2em .4em;border:1px solid GrayText;border-radius:4px}
input:focus{outline:3px solid Highlight;outline-offset:1px}ul{position:absolute;z-index:9999;left:0;right:0;margin:2px 0 0;padding:0;list-style:none;background:Canvas;border:1px solid GrayText;border-radius:4px;max-height:20em;overflow:auto}
li{padding:.3em .5em;min-height:24px;cursor:pointer}li[aria-selected=true]{background:Highlight;color:HighlightText}b{margin-right:.5em}.s{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}`);
  const WAIT = 30;
  let count = 0;

  class Picker extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ["disabled", "required", "label", "value"];
    #in = this.attachInternals(); #root = this.attachShadow({ mode: "open", delegatesFocus: true });
    #hits = []; #at = -1; #asked = 0; #timer = 0; #control = null; #code = ""; #title = ""; #of = "";
    token = "";

    constructor() {
      super();
      const id = "p" + ++count;
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.innerHTML = `<label for="${id}"></label><input id="${id}" role="combobox" aria-autocomplete="list" aria-expanded="false" autocomplete="off" spellcheck="false"><ul id="${id}l" role="listbox" aria-label="codes" hidden></ul><div class="s" role="status"></div>`;
      const input = this.#input;
      input.addEventListener("input", () => { this.#set("", ""); clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#ask(), WAIT); });
      input.addEventListener("keydown", (event) => this.#key(event));
      input.addEventListener("blur", () => this.#close());
      this.#list.addEventListener("mousedown", (event) => {
        const item = event.target.closest("li");
        event.preventDefault();
        if (item) this.#pick([...this.#list.children].indexOf(item));
      });
    }
    get #input() { return this.#root.querySelector("input"); }
    get #list() { return this.#root.querySelector("ul"); }
    get code() { return this.#code; }
    get display() { return this.#title; }
    get set() { return this.#of || this.getAttribute("set"); }
    get value() { return this.#code; }
    set value(code) { this.#set(code || "", ""); this.#input.value = code || ""; }
    get form() { return this.#in.form; }
    get name() { return this.getAttribute("name"); }
    get validity() { return this.#in.validity; }
    checkValidity() { return this.#in.checkValidity(); }
    reportValidity() { return this.#in.reportValidity(); }
    connectedCallback() { this.attributeChangedCallback(); this.#valid(); }
    attributeChangedCallback(name, _, now) {
      const input = this.#input, label = this.getAttribute("label") || this.getAttribute("set") || "code";
      this.#root.querySelector("label").textContent = label;
      input.disabled = this.hasAttribute("disabled");
      input.required = this.hasAttribute("required");
      if (name === "value" && now !== this.#code) this.value = now;
      this.#valid();
    }
    formResetCallback() { this.value = this.getAttribute("value") || ""; }
    formDisabledCallback(is) { this.#input.disabled = is; }
    #valid() {
      const lacks = this.hasAttribute("required") && !this.#code;
      this.#in.setValidity(lacks ? { valueMissing: true } : {}, lacks ? this.getAttribute("message") || "pick a code" : "", this.#input);
    }
    #set(code, title) { this.#code = code; this.#title = title; this.#in.setFormValue(code || null); this.#valid(); }
    #say(text) { this.#root.querySelector("[role=status]").textContent = text; }
    #close() {
      this.#list.hidden = true; this.#at = -1;
      this.#input.setAttribute("aria-expanded", "false");
      this.#input.removeAttribute("aria-activedescendant"); this.#input.removeAttribute("aria-controls");
    }
    async #ask() {
      const q = this.#input.value.trim(), number = ++this.#asked;
      this.#control?.abort();
      if (!q) return this.#close();
      this.#control = new AbortController();
      const headers = { "Content-Type": "application/json" }, secret = document.querySelector("input[name=form_secret]");
      if (this.token) headers.Authorization = "Bearer " + this.token; else if (secret && !this.hasAttribute("service")) headers["X-Form-Secret"] = secret.value;
      const body = JSON.stringify({ q, set: this.getAttribute("set") || undefined, on: this.getAttribute("on") || undefined, limit: Number(this.getAttribute("limit")) || 9 });
      try {
        const reply = await fetch((this.getAttribute("service") || "") + "/v1/search", { method: "POST", headers, body, signal: this.#control.signal });
        if (!reply.ok) throw new Error(reply.status);
        const hits = await reply.json();
        if (number !== this.#asked || this.#at >= 0) return;
        this.#hits = hits;
        this.#list.replaceChildren(...hits.map((hit, at) => {
          const item = document.createElement("li"), code = document.createElement("b");
          item.id = this.#input.id + "-" + at; item.setAttribute("role", "option"); item.setAttribute("aria-selected", "false");
          code.textContent = hit.code; item.append(code, hit.display);
          return item;
        }));
        if (!hits.length) this.#close(); else {
          this.#list.hidden = false;
          this.#input.setAttribute("aria-expanded", "true"); this.#input.setAttribute("aria-controls", this.#list.id);
        }
        this.#say(String(hits.length));
      } catch (error) {
        if (error.name !== "AbortError") { this.#close(); this.#say("!"); }
      }
    }
    #mark(at) {
      this.#at = at;
      [...this.#list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
      const item = this.#list.children[at];
      if (item) { this.#input.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
      else this.#input.removeAttribute("aria-activedescendant");
    }
    #pick(at) {
      const hit = this.#hits[at];
      if (!hit) return;
      this.#input.value = hit.code + " · " + hit.display;
      this.#set(hit.code, hit.display);
      this.#of = hit.set;
      this.#close();
      this.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
    }
    #key(event) {
      const open = !this.#list.hidden, last = this.#hits.length - 1;
      if (!open) return;
      const to = { ArrowDown: Math.min(this.#at + 1, last), ArrowUp: Math.max(this.#at - 1, 0), Home: 0, End: last }[event.key];
      if (to !== undefined && (this.#at >= 0 || event.key === "ArrowDown")) this.#mark(to);
      else if (event.key === "Enter" && this.#at >= 0) this.#pick(this.#at);
      else if (event.key === "Escape") this.#close();
      else if (this.#at >= 0 && /^[1-9]$/.test(event.key)) this.#pick(Number(event.key) - 1);
      else return;
      event.preventDefault();
    }
  }
  if (!customElements.get("tencode-picker")) customElements.define("tencode-picker", Picker);
})();
