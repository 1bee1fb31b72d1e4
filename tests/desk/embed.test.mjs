// The picker on a page of another origin: by itself, and in a frame.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { start, violations } from "./service.mjs";

let service, host, other, token;

// A page of another site; what it is told stands in `told`.
const PAGE = (base, token) => `<!doctype html><html lang="en"><title>Host</title><main><h1>Host</h1>
  <form id="f"><tencode-picker name="type" set="crossing-codes" label="Type" service="${base}"></tencode-picker></form>
  <iframe src="${base}/embed" title="Code" id="codes" width="400" height="300"></iframe></main>
  <script src="${base}/picker.js"></script><script>
  window.told = []; document.querySelector("tencode-picker").token = ${JSON.stringify(token)};
  const frame = document.getElementById("codes");
  addEventListener("message", (event) => {
    if (event.origin !== ${JSON.stringify(base)} || event.source !== frame.contentWindow) return;
    window.told.push(event.data);
    if (event.data.type === "tencode:ready") frame.contentWindow.postMessage(
      { type: "tencode:open", token: ${JSON.stringify(token)}, set: "crossing-codes", label: "In a frame" }, ${JSON.stringify(base)});
  });</script></html>`;

async function listen() {
  const server = createServer((_, reply) => reply.setHeader("Content-Type", "text/html").end(PAGE(service.base, token)));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { address: `http://127.0.0.1:${server.address().port}/`, origin: `http://127.0.0.1:${server.address().port}`, server };
}

before(async () => {
  [host, other] = [await listen(), await listen()];
  service = await start({ origins: [host.origin], frames: [host.origin] });
  token = service.run("token", "add", "cad", "--role", "client").trim();
}, { timeout: 600000 });
after(async () => { await service?.stop(); host.server.close(); other.server.close(); });

async function open(address) {
  const page = await (await service.browser.newContext({ locale: "en-US" })).newPage();
  await page.goto(address);
  await page.waitForFunction(() => customElements.get("tencode-picker"));
  return page;
}

async function pick(at) {
  await at.locator("tencode-picker").locator("input").pressSequentially("injur");
  await at.locator("tencode-picker").locator("li").first().waitFor();
  await at.locator("tencode-picker").locator("input").press("ArrowDown");
  await at.locator("tencode-picker").locator("input").press("Enter");
}

test("a page of a listed origin finds codes", async () => {
  const page = await open(host.address);
  await pick(page);
  const data = await page.evaluate(() => [...new FormData(document.getElementById("f"))]);
  assert.deepEqual(data, [["type", "HURT"]]);
});

test("a frame on a page of a listed origin tells what was picked", async () => {
  const page = await open(host.address);
  await page.waitForFunction(() => window.told.length > 0);
  const frame = page.frames().find((it) => it.url().endsWith("/embed"));
  await frame.waitForFunction(() => document.querySelector("tencode-picker").getAttribute("label") === "In a frame");
  assert.deepEqual(await violations(frame), []);
  await pick(frame);
  await page.waitForFunction(() => window.told.length > 1);
  const told = await page.evaluate(() => window.told.at(-1));
  assert.deepEqual(told, { type: "tencode:picked", set: "crossing-codes", code: "HURT", display: "Injury" });
});

test("a page of another origin gets neither", async () => {
  const page = await open(other.address);
  await page.locator("tencode-picker").locator("input").pressSequentially("injur");
  await page.waitForTimeout(500);
  assert.equal(await page.locator("tencode-picker").locator("li").count(), 0);
  assert.deepEqual(await page.evaluate(() => window.told), []);
});
