const COMMA = 0x2c;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const NUMBER_SIGN = 0x23;

/**
 * Walks the cells of a CSV file (RFC 4180) where they lie, without a string for each: three days of seconds are millions of
 * cells. (csv-parse takes two and a half times as long, does not say in which column a cell stands, and stops at the first bad
 * quote.) Lines end with LF, CRLF or CR; a byte order mark, blanks around cells and lines that begin with `#` are skipped.
 */
export class CsvCells {
  /** The cell's bytes are [start, end): without the blanks and quotes around them. */
  start = 0;
  end = 0;
  /** Line on which the cell begins, from 1. */
  line = 1;
  /** The cell is the last of its row. */
  endsRow = false;
  /** `unclosed`: its quote is never closed. `after`: something stands between its closing quote and the comma. */
  fault: 'unclosed' | 'after' | null = null;
  readonly bytes: Buffer;
  #at: number;
  #nextLine = 1;
  #rowGoesOn = false;
  /** First byte of the cell, its quote included. */
  #from = 0;
  #isQuoted = false;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#at = beginning(bytes);
  }

  /** Moves to the next cell; false at the end of the file. A line without anything is a row of one empty cell. */
  next(): boolean {
    const { bytes } = this;
    if (!this.#rowGoesOn) this.#skipComments();
    // After a last comma there is one more cell, even at the end of the file.
    if (this.#at >= bytes.length && !this.#rowGoesOn) return false;
    this.line = this.#nextLine;
    this.fault = null;
    let at = this.#at;
    while (isBlank(bytes[at])) at++;
    this.#from = at;
    this.#isQuoted = bytes[at] === QUOTE;
    if (this.#isQuoted) at = this.#readQuoted(at + 1);
    else {
      this.start = at;
      at = endOfCell(bytes, at);
      let end = at;
      while (end > this.start && isBlank(bytes[end - 1])) end--;
      this.end = end;
    }
    this.#rowGoesOn = bytes[at] === COMMA;
    this.endsRow = !this.#rowGoesOn;
    if (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) at++;
    if (this.endsRow) this.#nextLine++;
    this.#at = at + 1;
    return true;
  }

  /** Nothing stands there, not even quotes. */
  get isEmpty(): boolean {
    return this.start === this.end && !this.#isQuoted;
  }

  /** The cell as text. */
  text(): string {
    const text = this.bytes.toString('utf8', this.start, this.end);
    return this.#isQuoted ? text.replaceAll('""', '"') : text;
  }

  /** Place of the cell in its line, in characters, from 1. */
  column(): number {
    const { bytes } = this;
    let from = this.#from;
    while (from > beginning(bytes) && !isLineEnd(bytes[from - 1])) from--;
    return 1 + bytes.toString('utf8', from, this.#from).length;
  }

  /** Reads from behind the opening quote; returns where the cell ends. */
  #readQuoted(from: number): number {
    const { bytes } = this;
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        if (bytes[at + 1] !== QUOTE) break;
        at++;
      } else if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED)) this.#nextLine++;
    }
    this.start = from;
    this.end = at;
    if (at >= bytes.length) {
      this.fault = 'unclosed';
      return at;
    }
    at++;
    while (isBlank(bytes[at])) at++;
    const end = endOfCell(bytes, at);
    if (end > at) this.fault = 'after';
    return end;
  }

  #skipComments(): void {
    const { bytes } = this;
    while (bytes[this.#at] === NUMBER_SIGN) {
      let at = this.#at;
      while (at < bytes.length && !isLineEnd(bytes[at])) at++;
      if (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) at++;
      this.#at = at + 1;
      this.#nextLine++;
    }
  }
}

const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === TAB;
const isLineEnd = (byte: number | undefined): boolean => byte === LINE_FEED || byte === CARRIAGE_RETURN;

function endOfCell(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN) break;
  }
  return at;
}

/** Behind the byte order mark of UTF-8, where there is one. */
const beginning = (bytes: Buffer): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
