/** Numbers as bytes, compact and exact: for rows that are kept for months. */

/** `null` and doubles are marked by odd tags, integers from 0 up take the even ones. */
const DOUBLE_TAG = 1;
const NULL_TAG = 3;
/** Twice this still is a safe integer. */
const LARGEST_SHORT = (Number.MAX_SAFE_INTEGER - 1) / 2;

/** Appends to a buffer that grows. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(sizeBytes = 1024) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
  }

  /** Unsigned LEB128, up to 2^53 - 1; arithmetic instead of shifts, which stop at 32 bits. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Any number or null; small integers from 0 up take one byte, others nine at most. */
  number(value: number | null): void {
    if (value === null) this.varint(NULL_TAG);
    else if (Number.isInteger(value) && value >= 0 && value <= LARGEST_SHORT && !Object.is(value, -0)) {
      this.varint(value * 2);
    } else {
      this.varint(DOUBLE_TAG);
      this.#reserve(8);
      this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    }
  }

  /** A signed integer: 0, -1, 1, -2, … take the varints 0, 1, 2, 3, … */
  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.varint(bytes.length);
    this.append(bytes);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A view of what was written; the next write may overwrite it. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Reads what a `ByteWriter` wrote, in the same order; throws a RangeError past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  varint(): number {
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 128) {
      this.#at++;
      return first;
    }
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('the bytes are cut short');
      if (byte < 128) return value + byte * scale;
      value += (byte & 127) * scale;
    }
  }

  number(): number | null {
    const tagged = this.varint();
    if (tagged % 2 === 0) return tagged / 2;
    if (tagged === NULL_TAG) return null;
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /** A number that was not null when it was written. */
  present(): number {
    const value = this.number();
    if (value === null) throw new RangeError('null where a number was written');
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    const length = this.varint();
    const value = this.#bytes.toString('utf8', this.#at, this.#at + length);
    this.#at += length;
    return value;
  }
}
