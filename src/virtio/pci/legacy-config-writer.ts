const FIELD_BYTES = 4;

/** Part of a snapshot: a guest can be saved between two bytes. */
export interface PartialField {
  /** Offset of the field whose bytes are being written; undefined between fields. */
  field: number | undefined;
  /** The field with the bytes that have come so far. */
  value: number;
}

/** A device configuration of 32-bit little-endian fields, as the balloon's is also for legacy drivers (§5.5.4). */
export interface FieldConfig {
  readConfig(offset: number, width: number): number;
  writeConfig(offset: number, width: number, value: number): void;
}

/**
 * Puts together what a legacy driver writes byte by byte, ascending: the device must not use a field before its last,
 * most significant, byte is there (§5.5.6). A driver that begins another field has given up the one before.
 */
export class LegacyConfigWriter {
  readonly partial: PartialField = { field: undefined, value: 0 };
  readonly #config: FieldConfig;

  constructor(config: FieldConfig) {
    this.#config = config;
  }

  write(offset: number, width: number, value: number): void {
    for (let i = 0; i < width; i++) this.#writeByte(offset + i, (value >>> (8 * i)) & 0xff);
  }

  reset(): void {
    this.partial.field = undefined;
  }

  #writeByte(offset: number, byte: number): void {
    const index = offset % FIELD_BYTES;
    this.#begin(offset - index);
    const { partial } = this;
    partial.value = ((partial.value & ~(0xff << (8 * index))) | (byte << (8 * index))) >>> 0;
    if (index === FIELD_BYTES - 1) this.#finish(offset - index);
  }

  /** Bytes that do not come keep their value. */
  #begin(field: number): void {
    if (this.partial.field === field) return;
    this.partial.field = field;
    this.partial.value = this.#config.readConfig(field, FIELD_BYTES);
  }

  #finish(field: number): void {
    this.partial.field = undefined;
    this.#config.writeConfig(field, FIELD_BYTES, this.partial.value);
  }
}
