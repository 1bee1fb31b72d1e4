// The pictures of docs/images: the desk of each shipped domain, and the dashboard. `npm run pictures` makes them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, start, type } from "./service.mjs";

const folder = join(root, "docs/images");
mkdirSync(folder, { recursive: true });
const service = await start();
const page = await service.page({ viewport: { width: 1180, height: 760 } });
const desks = [
  ["law-enforcement/call", "boyfriend hit her and will not leave, she is in the bathroom with the kids", 1],
  ["healthcare/encounter", "type 2 diabetes with foot ulcer", 1],
  ["customer-service/contact", "the parcel says delivered but I never got it, I want my money back", 1],
];
for (const [desk, text, picks] of desks) {
  await page.goto(`${service.base}/desk/${desk}`);
  await type(page, text);
  await page.waitForTimeout(300);
  if (picks) { await page.keyboard.press("ArrowDown"); await page.keyboard.press("F2"); await page.waitForTimeout(100); }
  await page.screenshot({ path: join(folder, `desk-${desk.split("/")[0]}.png`) });
}
for (const [text, times] of [["two men fighting in front of the bar", 16], ["burglary, the back door was forced", 14], ["loud party next door", 22], ["car stopped for speeding", 31], ["stolen car", 12]]) {
  for (let number = 0; number < times; number++) {
    await page.goto(`${service.base}/desk/law-enforcement/call`);
    await type(page, text);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/saved=/);
  }
}
await page.goto(`${service.base}/dashboard/law-enforcement`);
await page.screenshot({ path: join(folder, "dashboard.png") });
await service.stop();
