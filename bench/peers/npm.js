/** The bit sets on npm that can do the accounting: what our `inflate` and `deflate` return, from a batch. */
const PEERS = {
  fastbitset: async () => (await import("./fastbitset.js")).FastBitSetPeer,
  typedfastbitset: async () => (await import("./typedfastbitset.js")).TypedFastBitSetPeer,
  bitset: async () => (await import("./bitset.js")).BitSetPeer,
  "fast-bitset": async () => (await import("./fast-bitset.js")).FastBitsetPeer,
  "mnemonist BitSet": async () => (await import("./mnemonist-bit-set.js")).MnemonistBitSetPeer,
  "mnemonist SparseSet": async () => (await import("./mnemonist-sparse-set.js")).MnemonistSparseSetPeer,
  roaring: async () => (await import("./roaring.js")).RoaringPeer,
  "roaring-wasm": async () => (await import("./roaring-wasm.js")).RoaringWasmPeer,
};

/** Compressed: they contain runs, not bits. */
const COMPRESSED = ["roaring", "roaring-wasm"];

/** Name and class of the peers that can be loaded here. Prints which cannot. */
export async function npmPeers(names = Object.keys(PEERS)) {
  const peers = [];
  for (const name of names) {
    try {
      peers.push([name, await PEERS[name]()]);
    } catch (error) {
      console.warn(`left out: ${name} cannot be loaded here (${String(error.message).split("\n")[0]})`);
    }
  }
  return peers;
}

export const compressedPeers = () => npmPeers(COMPRESSED);

/** One bit a frame, as ours. */
export const bitSetPeers = () => npmPeers(Object.keys(PEERS).filter((name) => !COMPRESSED.includes(name)));
