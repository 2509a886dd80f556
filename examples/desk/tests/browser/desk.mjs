// Starts a desk for a test, in a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function start(program, ...more) {
  const data = mkdtempSync(join(tmpdir(), "desk-test-"));
  const child = spawn(program, ["--data", data, "--listen", "127.0.0.1:0", "--password", "secret", "--pace", "0", ...more], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const find = (pattern) => said.match(pattern)?.[1];
  await new Promise((done, failed) => {
    child.stdout.on("data", (text) => { said += text; if (find(/(http:\S+)\/explorer/)) done(); });
    child.on("exit", () => failed(new Error(`the desk ended: ${said}`)));
  });
  return {
    base: find(/open at (http:\S+?)\/\s/), key: find(/API key\s+(\S+)/), said,
    stop: () => new Promise((done) => { child.removeAllListeners("exit"); child.on("exit", () => { rmSync(data, { recursive: true, force: true }); done(); }); child.kill("SIGTERM"); }),
  };
}

export function expect(fine, what) {
  if (!fine) throw new Error(`it does not hold that ${what}`);
}
