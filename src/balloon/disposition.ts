/** What happens to a chain after its queue's handler has seen it. */
export type Disposition =
  /** returned to the driver at once, with used length 0: nothing here writes into guest buffers that count */
  | "return"
  /** kept by the handler, which returns it later */
  | "keep"
  /** kept, and no further chain is taken until the handler is done with it */
  | "stall"
  /** kept; the device needs a reset */
  | "needs-reset";
