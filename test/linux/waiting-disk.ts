type Done = () => void;

/** A disk for v86 that can hold its answers, so that something may happen while a request is under way. */
export class WaitingDisk {
  readonly byteLength: number;
  /** What v86 calls when the disk is there. */
  onload: ((event: object) => void) | undefined;
  onprogress: unknown;
  readonly #bytes: Uint8Array;
  #waiting: Done[] | undefined;

  /** @param start what the disk begins with; the rest is zeros */
  constructor(bytes: number, start: Uint8Array = new Uint8Array(0)) {
    this.byteLength = bytes;
    this.#bytes = new Uint8Array(bytes);
    this.#bytes.set(start);
  }

  /** A copy of the first bytes. */
  contents(bytes: number): Uint8Array {
    return this.#bytes.slice(0, bytes);
  }

  /** Holds answers from now on, until {@link release}. */
  hold(): void {
    this.#waiting ??= [];
  }

  /** How many requests wait for their answer. */
  get pending(): number {
    return this.#waiting?.length ?? 0;
  }

  /** Answers what waits. */
  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const done of waiting) done();
  }

  load(): void {
    this.onload?.({});
  }

  get(start: number, bytes: number, done: (data: Uint8Array) => void): void {
    this.#answer(() => {
      done(this.#bytes.slice(start, start + bytes));
    });
  }

  set(start: number, data: Uint8Array, done: Done): void {
    this.#bytes.set(data, start);
    this.#answer(done);
  }

  get_from_cache(): undefined {
    return undefined;
  }

  /** v86 asks for what the states of other disks need. */
  get_and_cache(_start: number, _bytes: number, done: Done): void {
    done();
  }

  get_buffer(done: (buffer: ArrayBuffer) => void): void {
    done(this.#bytes.slice().buffer);
  }

  /** The disk is not part of the machine's states. */
  get_state(): unknown[] {
    return [];
  }

  set_state(): void {
    // See above.
  }

  toJSON(): object {
    return { bytes: this.byteLength };
  }

  #answer(done: Done): void {
    if (this.#waiting === undefined) setTimeout(done, 0);
    else this.#waiting.push(done);
  }
}
