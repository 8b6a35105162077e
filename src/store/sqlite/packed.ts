/** Bodies of packed rows: a format byte, the strings once, then numbers; zstd where it pays. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../base/bytes.ts';

const PLAIN = 1;
const ZSTD = 2;

/** Each text is written once; everywhere else its number stands for it. */
export class PackWriter extends ByteWriter {
  readonly #numbers = new Map<string, number>();

  word(text: string): void {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(text, number);
    }
    this.varint(number);
  }

  /** The body to store. */
  pack(compress: boolean): Buffer {
    const head = new ByteWriter();
    head.varint(this.#numbers.size);
    for (const text of this.#numbers.keys()) head.text(text);
    const content = Buffer.concat([head.bytes(), this.bytes()]);
    return Buffer.concat([Buffer.of(compress ? ZSTD : PLAIN), compress ? zstdCompressSync(content) : content]);
  }
}

export class PackReader extends ByteReader {
  readonly #words: string[];

  /** Throws an Error when the body was not written by `PackWriter.pack`. */
  constructor(body: Buffer) {
    const format = body[0];
    if (format !== PLAIN && format !== ZSTD) throw new Error(`packed row of format ${format}`);
    super(format === ZSTD ? zstdDecompressSync(body.subarray(1)) : body.subarray(1));
    this.#words = Array.from({ length: this.varint() }, () => this.text());
  }

  word(): string {
    const number = this.varint();
    const text = this.#words[number];
    if (text === undefined) throw new RangeError(`word ${number} of ${this.#words.length}`);
    return text;
  }

  /** Reads a count, then that many items. */
  list<T>(item: () => T): T[] {
    // A loop: `Array.from` with a callback takes several times as long, and this is run for every cell of a soak.
    const length = this.varint();
    const items: T[] = [];
    for (let at = 0; at < length; at++) items.push(item());
    return items;
  }
}
