/** Numbers whose count is not known beforehand, eight bytes each. */
export class GrowingArray {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** In place of the newest; there is one. */
  replaceLast(value: number): void {
    this.#values[this.#length - 1] = value;
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what was pushed; the next push may leave it behind. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
