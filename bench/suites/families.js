import { Unavailable } from "../harness/unavailable.js";
import { bitSetPeers, compressedPeers } from "../peers/npm.js";

/** Bit sets and compressed bitmaps are good at different things, so they get a row each. */
export const FAMILIES = { "": bitSetPeers, "-roaring": compressedPeers };

/** Contenders of a family's peers that can do it: `contenderOf` gets name and class, and returns none if it cannot. */
export async function contendersOf(family, contenderOf) {
  const peers = (await FAMILIES[family]()).flatMap(([name, Peer]) => contenderOf(name, Peer) ?? []);
  if (peers.length === 0) throw new Unavailable("none of the peers can be loaded");
  return peers;
}
