import type { Section } from "../statement.ts";

export const rings: Section = {
  title: "Split virtqueues",
  statements: [
    {
      id: "RING-1",
      says: "MUST NOT assume an arrangement of descriptors (§2.7.4.1)",
      does: "PFNs, statistics and command ids may be split anywhere.",
      evidence: "tested",
    },
    {
      id: "RING-2",
      says: "MAY limit the descriptors of a chain (§2.7.4.1)",
      does: "Allows the queue's size in the table, and as many in an indirect table.",
      evidence: "tested",
    },
    {
      id: "RING-3",
      says: "MUST NOT write to device-readable buffers, nor to the descriptor table (§2.7.5.1)",
      does: "Writes only to the used ring and to pages it discards.",
      evidence: "tested",
    },
    {
      id: "RING-4",
      says: "SHOULD NOT read device-writable buffers (§2.7.5.1)",
      does: "Takes PFNs, statistics and ids from device-readable buffers only.",
      evidence: "tested",
    },
    {
      id: "RING-5",
      says: "MUST set the length of a used element before the used index (§2.7.8.2)",
      does: "Writes in that order; device and guest share a thread.",
      evidence: "tested",
    },
    {
      id: "RING-6",
      says: "MUST have written at least that many bytes (§2.7.8.2)",
      does: "The length is always 0: the device writes no answer into a buffer.",
      evidence: "tested",
    },
    {
      id: "RING-7",
      says: "queue sizes are powers of 2, up to 32768 (§2.7)",
      does: "128 entries; 1024 for hints, 32 for reports.",
      evidence: "tested",
    },
    {
      id: "RING-8",
      says: "indices are 16 bits and wrap (§2.7.13.3)",
      does: "Computes modulo 65536.",
      evidence: "tested",
    },
  ],
};
