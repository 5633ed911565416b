import type { TracePlayer } from "../trace/player.ts";

/** A panel that can show a recording instead of the guest. */
export interface Follower {
  /** Shows where the recording is, or the guest again if there is none. */
  follow: (player: TracePlayer | undefined) => void;
}
