import type { Section, Statement } from "./statement.ts";
import { balloonConfiguration } from "./statements/balloon-configuration.ts";
import { balloonFeatures } from "./statements/balloon-features.ts";
import { balloonHinting } from "./statements/balloon-hinting.ts";
import { balloonOperation } from "./statements/balloon-operation.ts";
import { balloonPoison } from "./statements/balloon-poison.ts";
import { balloonReporting } from "./statements/balloon-reporting.ts";
import { balloonStatistics } from "./statements/balloon-statistics.ts";
import { configurationSpace } from "./statements/configuration-space.ts";
import { driverRings } from "./statements/driver-rings.ts";
import { features } from "./statements/features.ts";
import { indirect } from "./statements/indirect.ts";
import { legacy } from "./statements/legacy.ts";
import { mmio } from "./statements/mmio.ts";
import { notOffered } from "./statements/not-offered.ts";
import { notifications } from "./statements/notifications.ts";
import { pci } from "./statements/pci.ts";
import { positions } from "./statements/positions.ts";
import { queueReset } from "./statements/queue-reset.ts";
import { rings } from "./statements/rings.ts";
import { status } from "./statements/status.ts";

/** In the order of CONFORMANCE.md. */
export const sections: readonly Section[] = [
  balloonFeatures,
  balloonConfiguration,
  balloonOperation,
  balloonStatistics,
  balloonHinting,
  balloonPoison,
  balloonReporting,
  status,
  features,
  configurationSpace,
  rings,
  driverRings,
  indirect,
  notifications,
  queueReset,
  pci,
  legacy,
  mmio,
  notOffered,
  positions,
];

export const statements: readonly Statement[] = sections.flatMap((section) => section.statements);
