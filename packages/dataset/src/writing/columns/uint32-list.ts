/** Numbers from 0 to 2^32 - 1 that are appended to; the array is used again after `clear`. */
export class Uint32List {
  items = new Uint32Array(256);
  length = 0;

  push(item: number): void {
    if (this.length === this.items.length) {
      const larger = new Uint32Array(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length] = item;
    this.length += 1;
  }

  clear(): void {
    this.length = 0;
  }
}
