// A service of its own with a browser, for all tests of this folder.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, "../..");
const program = process.env.TENCODE || ["debug", "release"].map((it) => join(process.env.CARGO_TARGET_DIR || join(root, "target"), it, "tencode")).find(existsSync);
const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");

// Two codes that the same words fit, and a question that decides.
const CROSSING = `record crossing "A crossing" {
    id   text required identifies incident
    text text free
    spot text identifies place
    hurt bool ask "Is anyone hurt?"
    kind code in crossing-codes
}
codeset crossing-codes "What happened" for crossing {
    code HURT "Injury" { propose when text mentions (crash); propose when hurt points 4 }
    code DAMAGE "Damage only" { propose when text mentions (crash); propose when hurt is false points 4; never when hurt }
}
policy desk "Those who code" { audience desk; version 1; purpose coding; keep every field }
`;

// Starts the program in a folder of its own with the shipped domains and one that `new` has just made. With settings it is
// that of an office, which has no user yet.
export async function start(settings = null) {
  const folder = mkdtempSync(join(tmpdir(), "tencode-desk-"));
  const env = { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: join(folder, "data"), XDG_CACHE_HOME: join(folder, "cache") };
  if (process.env.TENCODE_DATA) env.TENCODE_DATA = process.env.TENCODE_DATA;
  spawnSync(program, ["new", "parking"], { cwd: folder, env });
  mkdirSync(join(folder, "domains/crossing/codes"), { recursive: true });
  writeFileSync(join(folder, "domains/crossing/domain.toml"), 'title = "crossing"\naudience = "desk"\n');
  writeFileSync(join(folder, "domains/crossing/codes/crossing.codes"), CROSSING);
  const more = settings ? ["--config", "office.toml"] : [];
  const lists = Object.entries(settings || {}).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  if (settings) writeFileSync(join(folder, "office.toml"), lists.join(""));
  const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", ...more], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const base = (await lines.next()).value.match(/http:\S+/)[0];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
  const first = await browser.newContext();
  const page = await first.newPage();
  if (!settings) await page.goto((await lines.next()).value.match(/http:\S+/)[0]);
  const state = await first.storageState();
  await first.close();
  return {
    base, browser, folder, state, program, env,
    // What a command of the program prints.
    run: (...words) => spawnSync(program, words, { cwd: folder, env, encoding: "utf8" }).stdout,
    // A page of the signed-in user; what a browser complains of is collected in `page.complaints`.
    async page(options = {}) {
      const context = await browser.newContext({ storageState: state, locale: "en-US", ...options });
      const page = await context.newPage();
      page.complaints = [];
      page.on("console", (it) => { if (it.type() === "error") page.complaints.push(it.text()); });
      page.on("pageerror", (it) => page.complaints.push(it.message));
      return page;
    },
    async stop() {
      await browser.close();
      child.kill("SIGTERM");
      await new Promise((done) => child.on("exit", done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// What axe finds by WCAG 2.0 to 2.2, A and AA, and by best practice.
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}

// Types into the box and waits until the list is the one for what was typed.
export async function type(page, text) {
  const answered = page.waitForResponse((it) => it.url().endsWith("/look"));
  await page.locator("#text").pressSequentially(text);
  await answered;
  await page.waitForTimeout(150);
}
