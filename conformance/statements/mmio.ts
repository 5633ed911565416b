import type { Section } from "../statement.ts";

export const mmio: Section = {
  title: "Virtio-mmio",
  statements: [
    {
      id: "MMIO-1",
      says: "MUST have the magic value and version 2 (§4.2.2.1)",
      does: "Has them.",
      evidence: "tested",
    },
    {
      id: "MMIO-2",
      says: "MUST keep each bit of InterruptStatus until it is acknowledged, others 0 (§4.2.2.1)",
      does: "Lowers the line with the last bit.",
      evidence: "tested",
    },
    {
      id: "MMIO-3",
      says: "MUST clear InterruptStatus and every QueueReady upon reset (§4.2.2.1)",
      does: "Clears them.",
      evidence: "tested",
    },
    {
      id: "MMIO-4",
      says: "MUST change ConfigGeneration if a driver could see an inconsistent state (§4.2.2.1)",
      does: "Does so as in PCI-9.",
      evidence: "tested",
    },
    {
      id: "MMIO-5",
      says: "MUST NOT access a queue whose QueueReady is 0 (§4.2.2.1)",
      does: "Writing 0 resets the queue.",
      evidence: "tested",
    },
    {
      id: "MMIO-6",
      says: "MUST present 0 in QueueReset on reset and once the queue is enabled (§4.2.2.1)",
      does: "Always presents 0: a reset is over at once.",
      evidence: "tested",
    },
    {
      id: "MMIO-7",
      says: "MUST reset the queue when 1 is written to QueueReset (§4.2.2.1)",
      does: "Does so at once.",
      evidence: "tested",
    },
    {
      id: "MMIO-8",
      says: "a shared memory region that does not exist has length and base -1 (§4.2.2)",
      does: "Has none, and reads as -1.",
      evidence: "tested",
    },
    {
      id: "MMIO-9",
      says: "legacy devices have version 1 (§4.2.4)",
      does: "Has it with the option `version: 1`.",
      evidence: "tested",
    },
    {
      id: "MMIO-10",
      says: "QueuePFN, GuestPageSize and QueueAlign say where the rings of a legacy queue are (§4.2.4)",
      does: "Places them there. Values that are not powers of two are ignored.",
      evidence: "tested",
    },
    {
      id: "MMIO-11",
      says: "a driver that stops using a legacy queue writes 0 to QueuePFN, which then reads as 0 (§4.2.4)",
      does: "Resets the queue.",
      evidence: "tested",
    },
    {
      id: "MMIO-12",
      says: "a legacy driver does not know FEATURES_OK (§3.1.2, §4.2.4)",
      does: "Never shows the bit, and checks the features at the first notification or DRIVER_OK.",
      evidence: "tested",
    },
  ],
};
