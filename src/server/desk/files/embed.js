// /embed: the picker in a frame. It takes messages of its parent from listed origins only, and answers to that origin only.
"use strict";
(() => {
  const picker = document.querySelector("tencode-picker"), hosts = picker.dataset.hosts.split(" ");
  const settings = ["set", "on", "limit", "label"];
  let host = "";
  addEventListener("message", (event) => {
    const asked = event.data;
    if (event.source !== parent || !hosts.includes(event.origin) || asked?.type !== "tencode:open") return;
    host = event.origin;
    picker.token = String(asked.token ?? "");
    for (const name of settings) if (asked[name] !== undefined) picker.setAttribute(name, String(asked[name]));
    picker.value = String(asked.value ?? "");
  });
  picker.addEventListener("change", () => {
    if (host) parent.postMessage({ type: "tencode:picked", set: picker.set, code: picker.code, display: picker.display }, host);
  });
  // Says nothing of anybody, and is sent before it is known whose frame this is.
  parent.postMessage({ type: "tencode:ready" }, "*");
})();
