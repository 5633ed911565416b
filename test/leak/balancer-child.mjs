// A balancer with a guest; neither is disposed of, and the process must still end. balancer.test.ts runs it.
import { createBalancer } from "../../dist/entries/balance.js";
import { Balloon, guestMemory, ZeroingHost } from "../../dist/entries/index.js";

const ram = new Uint8Array(2 ** 20);
const memory = guestMemory(() => ram);
const device = new Balloon({
  memory,
  interrupt: { raise: () => undefined, lower: () => undefined },
  host: new ZeroingHost(memory),
});
const balancer = createBalancer({ budgetBytes: 2 ** 20, intervalMs: 10 });
balancer.add(device);
console.log(balancer.committedBytes);
