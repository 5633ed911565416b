import type { Section } from "../statement.ts";

export const positions: Section = {
  title: "Positions on what the text leaves open",
  statements: [
    {
      id: "POSITION-1",
      says: "§5.5.2 numbers the queues 0 to 4, QEMU counts over the offered features, Linux over the negotiated ones",
      does: "`queueNumbering` chooses. The default is Linux's.",
      evidence: "tested",
    },
    {
      id: "POSITION-2",
      says: "§5.5.6.3.1 wants statistics buffers of a multiple of 6 bytes, but an entry has 10",
      does: "Takes multiples of 10, up to 256 entries.",
      evidence: "tested",
    },
    {
      id: "POSITION-3",
      says: "§5.5.3 calls PAGE_POISON a hint about deflated pages; §5.5.6.6 and §5.5.6.7 say MUST and mean reported pages too",
      does: "Follows the MUST.",
      evidence: "tested",
    },
    {
      id: "POSITION-4",
      says: '§5.5.6.1 allows the use of pages when num_pages is smaller than the balloon (DRV-O2), and forbids it when it is "less than or equal" (DRV-O4)',
      does: "Takes the second comparison to be reversed: it is forbidden when the balloon has no more than num_pages.",
      evidence: "tested",
    },
    {
      id: "POSITION-5",
      says: "the text says nothing about bad PFNs, duplicates or the length of a batch, and gives no way to report an error",
      does: "Skips bad PFNs, ignores malformed batches, and ends batches at 65536 PFNs. Returns the chain; `counters()` has the faults.",
      evidence: "tested",
    },
    {
      id: "POSITION-6",
      says: "the 2012 proposal does not say what it means to take both MUST_TELL_HOST and SILENT_DEFLATE",
      does: "The weaker promise counts: silent.",
      evidence: "tested",
    },
    {
      id: "POSITION-7",
      says: "SILENT_DEFLATE never had a bit. The proposal gave it 2, which is now DEFLATE_ON_OOM; others claim 6, 7, 8 and 16",
      does: "Not offered unless the host names a bit of 17 to 23 or 50 to 127.",
      evidence: "tested",
    },
    {
      id: "POSITION-8",
      says: "§5.5.6 has 32-bit PFNs; the Windows driver on x64 sends 64 bits",
      does: "Recognises them because every second word is 0.",
      evidence: "tested",
    },
    {
      id: "POSITION-9",
      says: "§5.5.5 tells the driver to add an empty statistics buffer; §5.5.6.3.1 wants it filled",
      does: "Takes either. The first buffer that is not empty sets the subset for DRV-S8.",
      evidence: "tested",
    },
  ],
};
