// SPDX-License-Identifier: MIT
// Lets only so many in at a time, in the order in which they came.

export class Gate {
  #free;
  #waiting = [];

  constructor(places) {
    this.#free = places;
  }

  async run(task) {
    if (this.#free > 0) --this.#free;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The place goes on to the next one; nobody else can take it meanwhile.
      const next = this.#waiting.shift();
      if (next) next();
      else ++this.#free;
    }
  }
}
