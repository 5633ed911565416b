export { attach_balloon } from "./attach-balloon.ts";
export type { V86BalloonOptions } from "./options.ts";
export type { PciTransport } from "./pci-function.ts";
export { V86Balloon } from "./v86-balloon.ts";
export type { V86Cpu, V86Io, V86Like, V86Pci, V86PciDevice } from "./v86-like.ts";
