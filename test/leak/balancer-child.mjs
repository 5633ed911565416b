// A balancer with a guest; neither is disposed of, and the process must still end. balancer.test.ts runs it.
import { createBalancer } from "../../dist/entries/balance.js";
import { Balloon, GuestMemory, ZeroingHost } from "../../dist/entries/index.js";

const ram = new Uint8Array(2 ** 20);
const device = new Balloon({
  memory: new GuestMemory(() => ram),
  interrupt: { raise: () => undefined, lower: () => undefined },
  host: new ZeroingHost(() => ram),
});
const balancer = createBalancer({ budgetBytes: 2 ** 20, intervalMs: 10 });
balancer.add(device);
console.log(balancer.committedBytes);
