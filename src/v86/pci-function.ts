import {
  BAR_BYTES,
  legacyConfigSpace,
  LEGACY_BAR_BYTES,
  LegacyBar,
  ModernBar,
  modernConfigSpace,
  transitionalConfigSpace,
} from "../virtio/index.ts";
import type { LegacySelection, RegisterAccess, Selection, VirtioFace } from "../virtio/index.ts";

/** Which drivers can use a device on PCI. */
export type PciTransport = "modern" | "transitional" | "legacy";

/** One I/O BAR. */
export interface IoBar {
  /** First I/O port. The guest may move it. */
  readonly port: number;
  readonly bytes: number;
  readonly registers: RegisterAccess;
}

/** What the drivers have selected in the registers. */
export interface Selections {
  readonly selection: Selection;
  /** Selections in the legacy interface; missing in states from versions without it. */
  readonly legacySelection?: LegacySelection;
}

/** A virtio device as a PCI function: its configuration space and its BARs. */
export class PciFunction {
  readonly transport: PciTransport;
  /** The BARs in order, from BAR 0. */
  readonly bars: readonly IoBar[];
  readonly configSpace: Uint8Array;
  readonly #modern: ModernBar;
  readonly #legacy: LegacyBar;

  /**
   * @param port first I/O port; a transitional device has its legacy registers after the modern ones
   * @throws TypeError for an unknown transport
   */
  constructor(device: VirtioFace, transport: PciTransport, port: number) {
    this.transport = transport;
    this.#modern = new ModernBar(device);
    this.#legacy = new LegacyBar(device);
    const modern: IoBar = { port, bytes: BAR_BYTES, registers: this.#modern };
    const legacy: IoBar = { port, bytes: LEGACY_BAR_BYTES, registers: this.#legacy };
    switch (transport) {
      case "modern":
        this.bars = [modern];
        this.configSpace = modernConfigSpace(port);
        break;
      case "transitional":
        this.bars = [{ ...legacy, port: port + BAR_BYTES }, modern];
        this.configSpace = transitionalConfigSpace(port + BAR_BYTES, port);
        break;
      case "legacy":
        this.bars = [legacy];
        this.configSpace = legacyConfigSpace(port);
        break;
      default:
        throw new TypeError(
          `transport must be "modern", "transitional" or "legacy", got ${transport as string}`,
        );
    }
  }

  get selections(): Selections {
    return { selection: { ...this.#modern.selection }, legacySelection: this.#legacy.selection };
  }

  set selections({ selection, legacySelection }: Selections) {
    Object.assign(this.#modern.selection, selection);
    if (legacySelection !== undefined) this.#legacy.selection = legacySelection;
  }
}
