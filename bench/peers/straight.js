const SIZE = 32;
const DESCRIPTORS = [0x10000, 0x20000];
const AVAILABLE = [0x11000, 0x21000];
const USED = [0x12000, 0x22000];
const BATCHES = 0x100000;

/**
 * The least that a device and a driver must do for a descriptor, in one loop over a DataView: bounds, PFNs, one bit for
 * each, used ring. It has no registers, features, runs, host, counters, chains of more than one buffer, or resets.
 */
export function straightLoop(frames, batches) {
  const view = new DataView(new ArrayBuffer(4096 * frames));
  const bits = new Int32Array(frames / 32);
  const buffers = [];
  let free = BATCHES;
  for (const batch of batches) {
    buffers.push({ address: free, bytes: 4 * batch.length });
    batch.forEach((pfn, i) => view.setUint32(free + 4 * i, pfn, true));
    free += 4 * batch.length;
  }
  const nextAvailable = [0, 0];
  const nextUsed = [0, 0];
  const offered = [0, 0];
  let count = 0;

  function apply(q, address, bytes) {
    for (let at = address; at < address + bytes; at += 4) {
      const pfn = view.getUint32(at, true);
      if (pfn >= frames) continue;
      const word = bits[pfn >>> 5];
      const bit = 1 << (pfn & 31);
      if (((word & bit) !== 0) === (q === 0)) continue;
      bits[pfn >>> 5] = word ^ bit;
      count += q === 0 ? 1 : -1;
    }
  }

  function kick(q) {
    for (;;) {
      const waiting = (view.getUint16(AVAILABLE[q] + 2, true) - nextAvailable[q]) & 0xffff;
      if (waiting === 0) return;
      const head = view.getUint16(AVAILABLE[q] + 4 + 2 * (nextAvailable[q] & (SIZE - 1)), true);
      if (waiting > SIZE || head >= SIZE) throw new Error("corrupt ring");
      nextAvailable[q] = (nextAvailable[q] + 1) & 0xffff;
      const at = DESCRIPTORS[q] + 16 * head;
      if ((view.getUint16(at + 12, true) & 5) !== 0) throw new Error("not a single buffer");
      const address = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
      const bytes = view.getUint32(at + 8, true);
      if (address + bytes > view.byteLength) throw new Error("outside memory");
      apply(q, address, bytes);
      const used = USED[q] + 4 + 8 * (nextUsed[q] & (SIZE - 1));
      view.setUint32(used, head, true);
      view.setUint32(used + 4, 0, true);
      nextUsed[q] = (nextUsed[q] + 1) & 0xffff;
      view.setUint16(USED[q] + 2, nextUsed[q], true);
    }
  }

  return () => {
    let most = 0;
    for (let q = 0; q < 2; q++) {
      for (let i = 0; i < buffers.length; i++) {
        const head = i % SIZE;
        const at = DESCRIPTORS[q] + 16 * head;
        view.setUint32(at, buffers[i].address, true);
        view.setUint32(at + 4, 0, true);
        view.setUint32(at + 8, buffers[i].bytes, true);
        view.setUint32(at + 12, 0, true);
        view.setUint16(AVAILABLE[q] + 4 + 2 * (offered[q] & (SIZE - 1)), head, true);
        offered[q] = (offered[q] + 1) & 0xffff;
        view.setUint16(AVAILABLE[q] + 2, offered[q], true);
        kick(q);
      }
      most = Math.max(most, count);
    }
    return most - count;
  };
}
