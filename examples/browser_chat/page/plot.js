// SPDX-License-Identifier: MIT
// Curves over the last minute, in an SVG that fits itself to any width. `names` are CSS classes, one for each curve.
class Plot {
  static LENGTH = 120;

  #curves;
  #least;

  /** `least` is the smallest value that the top of the plot may stand for. */
  constructor(svg, names, least) {
    this.#least = least;
    svg.setAttribute('viewBox', `0 0 ${Plot.LENGTH - 1} 100`);
    svg.setAttribute('preserveAspectRatio', 'none');
    const path = (group, name) => {
      const element = document.createElementNS(svg.namespaceURI, 'path');
      element.setAttribute('class', name);
      group.append(element);
      return element;
    };
    this.#curves = names.map((name) => {
      const group = document.createElementNS(svg.namespaceURI, 'g');
      group.setAttribute('class', name);
      svg.append(group);
      return {values: [], area: path(group, 'area'), curve: path(group, 'curve')};
    });
  }

  /** Adds one value for each curve; returns what the top now stands for. */
  push(...values) {
    values.forEach((value, i) => {
      this.#curves[i].values.push(value);
      if (this.#curves[i].values.length > Plot.LENGTH) this.#curves[i].values.shift();
    });
    const top = Plot.#round(Math.max(this.#least, this.highest));
    for (const {values: all, area, curve} of this.#curves) {
      const first = Plot.LENGTH - all.length;
      const points = all.map((value, i) => `${first + i} ${(100 - (100 * value) / top).toFixed(2)}`).join('L');
      curve.setAttribute('d', `M${points}`);
      area.setAttribute('d', `M${first} 100L${points}L${Plot.LENGTH - 1} 100Z`);
    }
    return top;
  }

  get highest() {
    return Math.max(...this.#curves.flatMap((curve) => curve.values));
  }

  // The next 1, 2 or 5 times a power of ten.
  static #round(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].find((step) => step * power >= value) * power;
  }
}
