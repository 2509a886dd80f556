// A customer's request in the widget becomes a callback that an agent takes while a supervisor watches it live.
// usage: node life.mjs DESK CHROMIUM [FOLDER for pictures]
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, start } from "./desk.mjs";

const { chromium } = createRequire(process.cwd() + "/")("playwright-core");
const [program, executablePath, pictures] = process.argv.slice(2);
const desk = await start(program, "--quiet", "--answered");
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args });
const troubles = [];
const visit = async (about = {}) => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: "America/New_York", locale: "en-US", ...about })).newPage();
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (line) => { if (line.type() === "error" && !line.text().includes("status of 4")) troubles.push(line.text()); });
  page.setDefaultTimeout(20_000);
  return page;
};
const logIn = async (name, about) => {
  const page = await visit(about);
  await page.goto(`${desk.base}/login`);
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", "secret");
  await page.click("button");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  return page;
};
const looks = [[{ width: 1440, height: 900 }, "desk"], [{ width: 390, height: 844 }, "phone"]].flatMap(([viewport, width]) => ["light", "dark"].map((colorScheme) => ({ viewport, width, colorScheme })));
const picture = async (page, name) => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  const before = page.viewportSize();
  for (const { viewport, width, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png` });
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light" });
};

try {
  const agent = await logIn("alex");
  await picture(agent, "agent-away");
  await agent.click("#do-login");
  await agent.waitForSelector("text=Waiting for the next customer");
  await picture(agent, "agent-ready");

  const supervisor = await logIn("super");
  await supervisor.waitForSelector("text=No callbacks here");
  let loads = 0;
  supervisor.on("load", () => loads++);

  // The customer.
  const customer = await visit();
  await customer.goto(`${desk.base}/demo`);
  await customer.evaluate(() => { window.told = []; RingbackBus.subscribe("*", ({ event, data }) => told.push([event, data])); });
  await picture(customer, "site");
  await customer.click("ringback-widget .launch");
  await customer.fill("ringback-widget #rb_firstname", "Ada");
  await customer.click("ringback-widget .confirm");
  await customer.waitForSelector("ringback-widget >> text=Phone number is required.");
  await customer.fill("ringback-widget #rb_phone", "(212) 555-0142");
  await customer.fill("ringback-widget #rb_subject", "Router keeps restarting");
  await customer.waitForSelector("ringback-widget >> text=no wait");
  await picture(customer, "widget");
  await customer.click("ringback-widget .confirm");
  await customer.waitForSelector("ringback-widget >> text=You’re booked in!");
  await picture(customer, "widget-done");
  await customer.click("ringback-widget .done .first");
  const told = await customer.evaluate(() => window.told);
  const names = told.map(([name]) => name).filter((name) => name.startsWith("Callback."));
  expect(names.join() === "Callback.opened,Callback.started,Callback.submitted,Callback.completed,Callback.closed", `the interaction's life is whole (${names})`);
  const life = told.at(-1)[1];
  expect(Number.isInteger(life.opened) && life.closed >= life.completed && life.elapsed >= 0 && life.cancelled === false && life.form.firstname === "Ada", "its metadata says when and what");

  // The agent takes it, the supervisor sees it.
  await agent.waitForSelector("text=(212) 555-0142");
  await agent.waitForSelector("text=Router keeps restarting");
  await supervisor.waitForSelector(".pill.processing");
  await agent.waitForSelector("text=How did it end?");
  await picture(agent, "agent-talking");
  await picture(supervisor, "callbacks");
  const board = await logIn("monitor");
  await board.waitForSelector("text=talking");
  await agent.click("#end-0");
  await supervisor.waitForSelector(".pill.good");
  expect(loads === 0, "the supervisor's page was never loaded anew");
  await supervisor.click("a.row");
  await supervisor.waitForSelector("text=Talking with alex");
  await supervisor.waitForSelector("text=said alex");
  await picture(supervisor, "callback");

  // The bus: what a site's own script can tell the widget, and is told.
  const bus = await customer.evaluate(async () => {
    const said = (promise) => promise.then(() => "done", (why) => String(why?.message ?? why));
    const found = {};
    window.told.length = 0;
    found.opened = await said(RingbackBus.command("Callback.open", { form: { firstname: "Cleo", phonenumber: "+12125550188", desiredTime: "now" }, userData: { plan: "fibre" } }));
    found.again = await said(RingbackBus.command("Callback.open"));
    found.minimized = await said(RingbackBus.command("Callback.minimize"));
    found.back = await said(RingbackBus.command("Callback.open"));
    found.overlaid = await said(RingbackBus.command("Callback.showOverlay", { html: "<b>One moment</b>" }));
    found.lifted = await said(RingbackBus.command("Callback.hideOverlay"));
    found.closed = await said(RingbackBus.command("Callback.close"));
    found.unknown = await said(RingbackBus.command("Callback.sing"));
    found.slots = await RingbackBus.command("CallbackService.availability", { numberOfDays: 1, maxTimeSlots: 2 });
    found.made = await RingbackBus.command("CallbackService.schedule", { firstname: "Cleo", phonenumber: "+12125550188" });
    found.refused = await said(RingbackBus.command("CallbackService.schedule", { firstname: "Cleo", phonenumber: "12" }));
    found.told = window.told.map(([name]) => name);
    found.life = window.told.find(([name]) => name === "Callback.closed")[1];
    return found;
  });
  const { opened, minimized, back, overlaid, lifted, closed } = bus;
  expect([opened, minimized, back, overlaid, lifted, closed].every((what) => what === "done"), `the widget does what it is told (${JSON.stringify(bus)})`);
  expect(bus.again === "already opened" && bus.unknown !== "done" && bus.refused !== "done", "what can't be done is refused");
  expect(bus.life.prefilled && !bus.life.started && bus.life.cancelled && bus.life.form.firstname === "Cleo", "its life says that it was filled in before, and cancelled");
  for (const name of ["Callback.opened", "Callback.cancelled", "Callback.closed", "CallbackService.availableSlots", "CallbackService.scheduled", "CallbackService.scheduleError"]) expect(bus.told.includes(name), `${name} is told (${bus.told})`);
  await agent.waitForSelector("text=(212) 555-0188");
  await agent.waitForSelector("text=How did it end?");
  await agent.click("#end-0");

  // At a time, and cancelled.
  await customer.click("ringback-widget .launch");
  await customer.fill("ringback-widget #rb_firstname", "Ben");
  await customer.fill("ringback-widget #rb_phone", "+1 303 555 0177");
  await customer.check("ringback-widget [value=later]");
  await customer.selectOption("ringback-widget .day", { index: 1 });
  await customer.waitForSelector("ringback-widget .slots label:nth-child(5)");
  await customer.click("ringback-widget .slots label:nth-child(5)");
  await picture(customer, "widget-slots");
  await customer.click("ringback-widget .confirm");
  await customer.waitForSelector("ringback-widget >> text=You’re booked in!");
  await supervisor.goto(`${desk.base}/callbacks?state=scheduled`);
  await supervisor.click("a.row");
  await supervisor.selectOption("[name=at]", { index: 3 });
  await picture(supervisor, "scheduled");
  await supervisor.click("text=Reschedule");
  await supervisor.waitForSelector(".line >> text=Rescheduled");
  supervisor.on("dialog", (dialog) => dialog.accept());
  await supervisor.click("text=Cancel callback");
  await supervisor.waitForSelector("text=CANCELLED_BY_ADMIN");

  // A supervisor asks for one, and is told what is wrong with another.
  await supervisor.goto(`${desk.base}/callbacks`);
  await supervisor.click("text=New callback");
  await supervisor.fill("dialog [name=phone]", "12");
  await supervisor.click("dialog >> text=Create");
  await supervisor.waitForSelector(".note.bad");
  await picture(supervisor, "new");
  await supervisor.fill("dialog [name=phone]", "+1 415 555 0133");
  await supervisor.click("dialog >> text=Create");
  await supervisor.waitForSelector("h1 >> text=(415) 555-0133");
  // One that its agent sees before, leaves at first to nobody else, and takes.
  await agent.click("#end-0");
  await agent.waitForSelector("text=Waiting for the next customer");
  await supervisor.goto(`${desk.base}/callbacks`);
  await supervisor.click("text=New callback");
  await supervisor.fill("dialog [name=phone]", "+1 415 555 0134");
  await supervisor.selectOption("dialog [name=service]", "new-contracts");
  await supervisor.click("dialog >> text=Create");
  await agent.waitForSelector("text=A callback for you");
  await agent.waitForSelector("text=left to take it");
  await picture(agent, "agent-offer");
  await agent.click("#do-accept");
  await agent.waitForSelector("text=How did it end?");
  await supervisor.waitForSelector("text=Offered to alex");

  // Queues are paused and closed while others look on.
  await supervisor.goto(`${desk.base}/queues`);
  await supervisor.click("tr:has-text('Support') >> text=Pause");
  await supervisor.waitForSelector("tr:has-text('Support') >> text=Paused");
  await supervisor.click("tr:has-text('Billing') >> text=Close now");
  await supervisor.waitForSelector("tr:has-text('Billing') >> text=Closed by hand");
  await picture(supervisor, "queues");
  await supervisor.click("tr:has-text('Support') >> text=Go on");
  await supervisor.click("tr:has-text('Billing') >> text=Open again");
  await supervisor.waitForSelector("tr:has-text('Billing') >> text=Open");
  await picture(board, "live");
  await supervisor.goto(`${desk.base}/explorer`);
  await supervisor.click("summary >> nth=0");
  await supervisor.fill("#key", desk.key);
  await supervisor.click("details[open] >> text=Try it");
  await supervisor.waitForSelector("pre:not([hidden])");
  await picture(supervisor, "explorer");
  const door = await visit();
  await door.goto(`${desk.base}/login`);
  await picture(door, "login");
  expect(troubles.length === 0, `no page had trouble (${troubles.join("; ")})`);
  console.log("a customer's request, from the widget to the agent, watched live: holds");
} finally {
  await browser.close();
  await desk.stop();
}
