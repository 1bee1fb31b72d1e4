// Every page: axe in light and dark and in both languages, 320 px without scrolling sideways, no complaint of the browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start, type, violations } from "./service.mjs";

let service, kept;
const PATHS = () => [
  "/", "/help", "/desk/law-enforcement/call", "/desk/healthcare/encounter", "/desk/customer-service/contact", "/desk/parking/parking",
  "/encounters", `/encounters/${kept}`, "/encounters?state=open", "/codes", "/codes/call-types", "/codes/call-types/D-DOM",
  "/dashboard", "/dashboard/law-enforcement", "/audit", "/admin", "/account", "/jobs", "/recode",
  "/recode?domain=law-enforcement&set=call-types&code=D-DOM&to=P-BURGLARY", "/nothing-here",
];

before(async () => {
  service = await start();
  const page = await service.page();
  await page.goto(service.base + "/desk/law-enforcement/call");
  await type(page, "boyfriend hit her");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/saved=/);
  kept = new URL(page.url()).searchParams.get("saved");
  await page.context().close();
}, { timeout: 600000 });
after(() => service?.stop());

for (const [scheme, locale] of [["light", "en-US"], ["dark", "en-US"], ["light", "es-ES"], ["dark", "es-ES"]]) {
  test(`axe finds nothing, ${scheme}, ${locale}`, { timeout: 300000 }, async () => {
    const page = await service.page({ colorScheme: scheme, locale });
    const found = [];
    for (const path of PATHS()) {
      await page.goto(service.base + path);
      if (path.startsWith("/desk/law")) await type(page, "boyfriend hit her");
      for (const it of await violations(page)) found.push(`${path} ${it}`);
      assert.equal(await page.evaluate(() => document.documentElement.lang), locale.slice(0, 2), path);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(page.complaints.filter((it) => !it.includes("404")), []);
    const door = await service.browser.newPage({ colorScheme: scheme, locale });
    await door.goto(service.base + "/sign-in");
    assert.deepEqual(await violations(door), []);
    await page.context().close();
  });
}

test("nothing has to be scrolled sideways at 320 px", { timeout: 120000 }, async () => {
  const page = await service.page({ viewport: { width: 320, height: 640 } });
  for (const path of PATHS()) {
    await page.goto(service.base + path);
    if (path.startsWith("/desk/law")) await type(page, "boyfriend hit her");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${path}: ${wide} px`);
  }
  await page.context().close();
});
