// schemathesis on the API's description.
import { spawnSync } from "node:child_process";
import { start } from "./desk.mjs";

const [program, schemathesis] = process.argv.slice(2);
const desk = await start(program, "--quiet");
// What the description allows may still be refused: a service that does not exist, a time that is past.
const args = ["run", `${desk.base}/openapi.json`, "--url", desk.base, "--header", `x-api-key: ${desk.key}`, "--checks", "all", "--exclude-checks", "positive_data_acceptance,negative_data_rejection", "--max-examples", "40", "--seed", "7"];
const { status } = spawnSync(schemathesis, args, { stdio: "inherit" });
await desk.stop();
process.exit(status ?? 1);
