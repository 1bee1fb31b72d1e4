// The picker on a page of somebody else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { root, start, violations } from "./service.mjs";

let service;
before(async () => { service = await start(); }, { timeout: 600000 });
after(() => service?.stop());

const HOSTILE = `*{color:lime!important;font:40px fantasy!important;direction:rtl!important;display:block!important;margin:9px!important}
  input,li,ul,label{all:unset!important;opacity:.1!important} tencode-picker{display:none!important}`;

async function host(style) {
  const page = await service.page();
  await page.goto(service.base + "/help");
  await page.evaluate((style) => {
    const secret = document.querySelector("input[name=form_secret]").value;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [sheet];
    document.querySelector("main").innerHTML = `<h1>Host</h1><form id="f"><input type="hidden" name="form_secret" value="${secret}">
      <tencode-picker name="type" set="call-types" label="Call type" required></tencode-picker><button>Go</button></form>`;
    const script = document.createElement("script");
    script.src = "/picker.js";
    document.head.append(script);
  }, style);
  await page.waitForFunction(() => customElements.get("tencode-picker"));
  return page;
}

test("it weighs at most 4 KB", (it) => {
  const size = gzipSync(readFileSync(join(root, "src/server/desk/files/picker.js")), { level: 9 }).length;
  it.diagnostic(`picker.js: ${size} bytes gzipped`);
  assert.ok(size <= 4096);
});

for (const [name, style] of [["plain", ""], ["hostile", HOSTILE]]) {
  test(`it is a field of a form on a ${name} page`, async () => {
    const page = await host(style);
    const data = () => page.evaluate(() => [...new FormData(document.getElementById("f"))].filter(([name]) => name === "type").map((it) => it[1]));
    assert.equal(await page.evaluate(() => document.getElementById("f").checkValidity()), false);
    await page.locator("tencode-picker").locator("input").pressSequentially("burgl");
    await page.locator("tencode-picker").locator("li").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.deepEqual(await data(), ["P-BURGLARY"]);
    assert.equal(await page.evaluate(() => document.getElementById("f").checkValidity()), true);
    await page.evaluate(() => document.getElementById("f").reset());
    assert.deepEqual(await data(), []);
    assert.deepEqual((await violations(page)).filter((it) => it.includes("tencode-picker")), []);
    const color = await page.locator("tencode-picker").locator("input").evaluate((it) => getComputedStyle(it).color);
    assert.notEqual(color, "rgb(0, 255, 0)");
  });
}
