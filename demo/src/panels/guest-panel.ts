import type { Session } from "../machine/session.ts";

/** A panel that shows one guest at a time, and can do something with it. */
export interface GuestPanel {
  /** A new guest. */
  begin: (session: Session) => void;
  /** The guest is about to be shut down: nothing may reach it any more. */
  end: () => void;
}
