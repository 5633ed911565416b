const FIELD_BYTES = 4;

/** A partly written field. It is part of a snapshot, because a guest can be saved between two bytes. */
export interface PartialField {
  /** Offset of the field that is being written; undefined between fields. */
  field: number | undefined;
  /** The value of the field with the bytes written so far. */
  value: number;
}

/**
 * A device configuration of 32-bit little-endian fields. The balloon's has this byte order for legacy drivers too
 * (§5.5.4).
 */
export interface FieldConfig {
  readConfig(offset: number, width: number): number;
  writeConfig(offset: number, width: number, value: number): void;
}

/**
 * Assembles the bytes that a legacy driver writes in ascending order. The device must not use a field before its last,
 * most significant byte is written (§5.5.6). If a driver starts another field, the one before is dropped.
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

  /** Starts a field. Bytes that are not written keep their value. */
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
