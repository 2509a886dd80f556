// The vendor's public JavaScript client, unchanged, against the desk. usage: node client.mjs DESK, where the client is installed
import { createRequire } from "node:module";
import { expect, start } from "./desk.mjs";

const client = createRequire(process.cwd() + "/")("engagement-client-js");
const desk = await start(process.argv[2], "--quiet");
const inner = new client.ApiClient();
inner.basePath = `${desk.base}/engagement/v3`;
const [callbacks, availability] = [new client.CallbacksApi(inner), new client.AvailabilityApi(inner)];

try {
  const made = await callbacks.bookCallbackExternal(desk.key, { serviceName: "technical-help", phoneNumber: "+12125550142", userData: { firstname: "Ada" } });
  expect(made.status.code === 0 && typeof made.data.id === "string", "a callback is made");
  const { id } = made.data;
  const read = await callbacks.queryCallbackById(desk.key, { id });
  expect(["QUEUED", "ROUTING", "PROCESSING"].includes(read.data.callbackState) && read.data.phoneNumber === "+12125550142", "it is read");
  const gone = await callbacks.cancelCallback(desk.key, { id });
  expect(gone.status.code === 0, "it is cancelled");
  const again = await callbacks.queryCallbackById(desk.key, { id });
  expect(again.data.callbackState === "COMPLETED" && again.data.callbackReason === "CANCELLED", "and then over");

  const slots = await availability.queryAvailabilityV2(desk.key, "technical-help", { numberOfDays: 2, maxTimeSlots: 3, timezone: "America/New_York" });
  expect(slots.data.slots.length === 3 && slots.data.slots[0].capacity > 0, "slots are listed");
  const open = await availability.openFor(desk.key, "technical-help", {});
  expect(open.data.openFor > 0, "the office is open");
  const at = await callbacks.bookCallbackExternal(desk.key, { serviceName: "technical-help", phoneNumber: "+12125550143", desiredTime: slots.data.slots[0].utcTime });
  expect(at.status.code === 0, "one is made for a slot");
  const line = await new client.QueueStatusApi(inner).queryQueueStatus(desk.key, "technical-help");
  expect(line.status.code === 0, "the queue's status is answered");
  const wait = await new client.EstimatedWaitTimeApi(inner).estimatedWaitTimeAPI1(desk.key, "support,billing", {});
  expect(wait.data.length === 2, "waits are estimated");
  const call = await new client.CallInApi(inner).callInRequests(desk.key, { groupName: "main" });
  expect(call.status.code === 0, "a customer is told where to call in");
  const refused = await callbacks.bookCallbackExternal(desk.key, { serviceName: "technical-help", phoneNumber: "12" }).then(() => undefined, (error) => error);
  expect(refused?.status === 400 && refused.response.body.status.corrId, "what is refused is refused in the client's way");
  console.log("the vendor's JavaScript client: all its calls are understood");
} finally {
  await desk.stop();
}
