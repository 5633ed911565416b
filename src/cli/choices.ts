import type { DeviceClass } from "../negotiation/index.ts";

export const CLASSES: readonly DeviceClass[] = ["never", "optional", "always"];
