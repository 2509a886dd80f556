// Who gets in: each role against each address, forms from elsewhere, API calls without a key.
import { expect, start } from "./desk.mjs";

const desk = await start(process.argv[2], "--quiet");
const ask = (path, about = {}) => fetch(desk.base + path, { redirect: "manual", ...about });
const form = (fields) => ({ method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(fields) });

try {
  // Strangers.
  const pages = ["/", "/callbacks", "/callbacks/rows", "/callbacks/x", "/callbacks/x/life", "/queues", "/queues/numbers", "/live", "/live/board", "/agent", "/agent/desk", "/events"];
  for (const page of pages) {
    const answer = await ask(page);
    expect(answer.status === 303 && answer.headers.get("location").startsWith("/login"), `a stranger on ${page} is sent to log in (${answer.status})`);
  }
  for (const [name, password] of [["admin", "wrong"], ["nobody", "secret"], ["admin", ""], ["' or 1=1 --", "x"]]) {
    const answer = await ask("/login", form({ name, password }));
    expect(!answer.headers.has("set-cookie"), `${name} with a wrong password is not let in`);
  }
  // Everybody's own.
  const people = {};
  for (const name of ["admin", "super", "monitor", "alex"]) {
    const answer = await ask("/login", form({ name, password: "secret" }));
    const set = answer.headers.get("set-cookie");
    expect(set?.includes("HttpOnly") && set.includes("SameSite=Strict"), `${name} is let in with a cookie that scripts and other sites do not see`);
    const cookie = set.split(";")[0];
    const home = await (await ask(answer.headers.get("location"), { headers: { cookie } })).text();
    people[name] = { cookie, token: home.match(/data-token="([^"]+)"/)[1] };
  }
  const watch = ["/callbacks", "/callbacks/rows", "/queues", "/queues/numbers", "/live", "/live/board"];
  for (const [name, { cookie }] of Object.entries(people)) {
    for (const page of watch) {
      const { status } = await ask(page, { headers: { cookie } });
      expect(status === (name === "alex" ? 403 : 200), `${name} on ${page} is answered ${name === "alex" ? 403 : 200} (${status})`);
    }
    for (const page of ["/agent", "/agent/desk"]) {
      const { status } = await ask(page, { headers: { cookie } });
      expect(status === (name === "alex" ? 200 : 403), `${name} on ${page} (${status})`);
    }
  }
  const manage = { "/operations/create": { phone: "+12125550142", service: "technical-help" }, "/operations/cancel": { id: "x" }, "/operations/reschedule": { id: "x", at: "2030-01-01T10:00:00Z" }, "/operations/queue/switch": { queue: "nowhere", switch: "paused", on: true } };
  const work = { "/operations/agent/login": {}, "/operations/agent/ready": {}, "/operations/agent/not-ready": { reason: "Lunch" }, "/operations/agent/end": { attempt: 1 }, "/operations/agent/accept": { callback: "x" }, "/operations/agent/reject": { callback: "x" }, "/operations/agent/logout": {} };
  const send = async (path, fields, { cookie, token }, headers = {}) => (await ask(path, { method: "POST", headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers }, body: new URLSearchParams({ ...fields, token }) })).status;
  for (const [name, who] of Object.entries(people)) {
    for (const [path, fields] of Object.entries({ ...manage, ...work })) {
      const may = path in work ? name === "alex" : ["admin", "super"].includes(name);
      expect(await send(path, fields, { ...who, token: "" }) === 403, `${name} on ${path} without the page's token is barred`);
      expect(await send(path, fields, { ...who, token: people[name === "admin" ? "super" : "admin"].token }) === 403, `${name} on ${path} with another's token is barred`);
      expect(await send(path, fields, who, { origin: "https://evil.example" }) === 403, `${name} on ${path} from elsewhere is barred`);
      const status = await send(path, fields, who);
      expect(may ? [303, 422].includes(status) : status === 403, `${name} on ${path} ${may ? "may" : "may not"} (${status})`);
    }
  }
  // The way back only leads inside.
  const away = await ask("/login", form({ name: "admin", password: "secret", to: "//evil.example" }));
  expect(away.headers.get("location") === "/callbacks", "logging in leads nowhere else");
  // The API.
  const body = JSON.stringify({ serviceName: "technical-help", phoneNumber: "+12125550143" });
  const api = async (headers, text = body) => { const answer = await ask("/engagement/v3/callbacks/create", { method: "POST", headers, body: text }); return [answer.status, (await answer.json()).status]; };
  for (const [headers, code] of [[{}, 503], [{ "x-api-key": "" }, 1103], [{ "x-api-key": "rb-wrong" }, 1103]]) {
    const [http, status] = await api(headers);
    expect(http === 401 && status.code === code && status.corrId, `the API without its key says ${code} (${status.code})`);
  }
  const key = { "x-api-key": desk.key };
  for (const text of ["", "{", "[]", "null", '{"serviceName":1}', "x".repeat(100_000), '{"serviceName":"technical-help","phoneNumber":"\\u0000"}']) {
    const [http, status] = await api(key, text);
    expect(http === 400 && status.message, `a broken body is refused with a sentence (${http})`);
    expect(!status.message.includes("xxxx"), "what was sent is not repeated");
  }
  expect((await api(key))[0] === 200, "with its key the API answers");
  for (const path of ["/assets/../Cargo.toml", "/assets/%2e%2e%2fCargo.toml", "/assets/desk.redb"]) expect((await ask(path)).status === 404, `${path} is not there`);
  // Logging out ends it.
  const { cookie, token } = people.monitor;
  await send("/logout", {}, { cookie, token });
  expect((await ask("/live", { headers: { cookie } })).status === 303, "after logging out the cookie is worth nothing");
  console.log("access: holds");
} finally { await desk.stop(); }
