// Values on a page: numbers where they are few, a map of colours where they are many, and words for both.

const SPACES = { "http://www.w3.org/2000/svg": ["svg", "g", "rect", "path", "text", "defs", "marker"],
  "http://www.w3.org/1998/Math/MathML": ["math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "msup",
    "msub", "msubsup", "munder", "mtable", "mtr", "mtd"] };
const SPACE = Object.fromEntries(Object.entries(SPACES).flatMap(([space, tags]) => tags.map((tag) => [tag, space])));

// Elements are made, and texts are set as texts: no string ever becomes markup.
function make(tag, attributes = {}, ...children) {
  const element = SPACE[tag] ? document.createElementNS(SPACE[tag], tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

// An id that no other element of the document has.
function ownId() {
  ownId.last = (ownId.last ?? 0) + 1;
  return `tapes-${Math.random().toString(36).slice(2)}-${ownId.last}`;
}

const LETTERS = 4; // digits of a number
const FEW = { entries: 36, rows: 8, columns: 6 }; // of an array that is shown as numbers

function shown(number) {
  if (typeof number === "string") return number.replace("-", "−").replace("inf", "∞");
  if (Number.isInteger(number) && Math.abs(number) < 1e6) return String(number).replace("-", "−");
  return Number(number.toPrecision(LETTERS)).toString().replaceAll("-", "−");
}

// As a matrix is spoken of; a vector's length is put in brackets, where it could be taken for a number.
function shapeOf(array) {
  if (array.parts || !array.s.length) return "";
  return array.s.length === 1 ? `[${array.s[0]}]` : array.s.join(" × ");
}

// An array as rows and columns: which entries there are, and what they are called.
class Table {
  constructor(array) {
    this.array = array;
    this.width = array.s.length ? array.s[array.s.length - 1] : 1;
    const size = array.s.reduce((product, length) => product * length, 1);
    this.height = this.width ? size / this.width : 0;
    this.rows = array.r ?? [...Array(size ? this.height : 0).keys()];
    this.columns = array.k ?? [...Array(this.width).keys()];
    this.cells = array.c;
    this.colours = array.m ?? array.c; // of complex numbers their sizes
    this.sampled = Boolean(array.r);
    this.empty = size === 0;
    this.few = !this.sampled && size <= FEW.entries && this.height <= FEW.rows && this.width <= FEW.columns;
    const finite = this.colours.filter((cell) => typeof cell === "number").map(Math.abs);
    this.most = (array.all ? Math.max(...array.all.slice(0, 2).map((end) => Math.abs(Number(end)) || 0))
      : Math.max(0, ...finite)) || 1;
  }

  at(row, column) {
    return this.cells[row * this.columns.length + column];
  }

  // The index of an entry in the whole array.
  index(row, column) {
    const shape = this.array.s;
    const found = shape.length ? [this.columns[column]] : [];
    let rest = this.rows[row];
    for (const length of shape.slice(0, -1).reverse()) {
      found.unshift(rest % length);
      rest = Math.floor(rest / length);
    }
    return `[${found.join(", ")}]`;
  }

  range() {
    if (this.array.all) return this.array.all;
    const finite = this.colours.filter((cell) => typeof cell === "number");
    return [Math.min(...finite), Math.max(...finite), this.cells.length - finite.length];
  }
}

// Blue is negative, orange is positive; they differ in lightness from the ground in every kind of colour vision.
const SCALES = {
  light: { low: [0, 90, 160], zero: [246, 246, 246], high: [201, 80, 0], strange: "rgb(0 0 0)" },
  dark: { low: [86, 180, 255], zero: [40, 44, 52], high: [255, 150, 60], strange: "rgb(255 255 255)" },
};

function colour(cell, most, theme) {
  const scale = SCALES[theme];
  if (typeof cell !== "number") return scale.strange;
  const part = Math.min(1, Math.abs(cell) / most);
  const end = cell > 0 ? scale.high : scale.low;
  return `rgb(${scale.zero.map((zero, i) => Math.round(zero + (end[i] - zero) * part)).join(" ")})`;
}

// Black or white, whichever is told apart better: their contrasts are equal on a ground of luminance 0.18.
function inkOn(ground) {
  const [red, green, blue] = ground.match(/\d+/g).map((part) => (part / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000000" : "#ffffff";
}

// The value at a place of the page's arrays, as an element; one entry of few may be marked. `page` has arrays, theme and
// the words `t`.
function valueView(page, place, name, marked = "") {
  if (place === null || place === undefined) return make("span", { class: "none" }, "None");
  const array = page.arrays[place];
  if (array.parts) {
    return make("div", { class: "parts" }, array.parts.map((part, i) => valueView(page, part, `${name} (${i})`)));
  }
  const table = new Table(array);
  if (table.empty) return make("span", { class: "none" }, page.t("empty"));
  if (!array.s.length) return make("span", { class: "number", title: String(array.c[0]) }, shown(array.c[0]));
  return table.few ? numbersView(page, table, name, marked) : mapView(page, table, name);
}

function numbersView(page, table, name, marked) {
  const rows = table.rows.map((_, i) => make("tr", {}, table.columns.map((_, j) => {
    const cell = table.colours[i * table.columns.length + j];
    const ground = colour(cell, table.most, page.theme);
    const made = make("td", { title: `${table.index(i, j)} = ${table.at(i, j)}`,
      class: table.index(i, j) === marked && "marked" }, shown(table.at(i, j)));
    made.style.cssText = `background:${ground};color:${inkOn(ground)}`;
    return made;
  })));
  return make("table", { class: "numbers", "aria-label": `${name}, ${shapeOf(table.array)}` }, rows);
}

function mapView(page, table, name) {
  const [height, width] = [table.rows.length, table.columns.length];
  const [least, largest, strange] = table.range();
  const words = page.t("map", { name, shape: shapeOf(table.array), least: shown(least), largest: shown(largest) })
    + (strange ? " " + page.t("strange", { n: strange }) : "");
  const canvas = make("canvas", { role: "img", tabindex: 0, "aria-label": words, title: page.t("point"), width,
    height });
  const pen = canvas.getContext("2d");
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      pen.fillStyle = colour(table.colours[i * width + j], table.most, page.theme);
      pen.fillRect(j, i, 1, 1);
    }
  }
  const cell = Math.max(4, Math.min(24, 220 / width, 170 / height));
  canvas.style.width = `${Math.max(cell * width, 24)}px`;
  canvas.style.height = `${Math.max(cell * height, 18)}px`;
  const readout = make("output", { class: "readout", "aria-live": "polite" }, "\u00a0");
  const cursor = { row: 0, column: 0 };
  const tell = (row, column) => {
    cursor.row = Math.min(height - 1, Math.max(0, row));
    cursor.column = Math.min(width - 1, Math.max(0, column));
    readout.textContent = `${table.index(cursor.row, cursor.column)} = ${shown(table.at(cursor.row, cursor.column))}`;
  };
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    tell(Math.floor((event.clientY - box.top) / box.height * height),
      Math.floor((event.clientX - box.left) / box.width * width));
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("focus", () => tell(cursor.row, cursor.column));
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move || !event.shiftKey) return;
    tell(cursor.row + move[0], cursor.column + move[1]);
    event.preventDefault();
    event.stopPropagation();
  });
  const some = table.sampled
    ? page.t("some", { shown: `${height} × ${width}`, all: `${table.height} × ${table.width}` }) : "";
  return make("div", { class: "map" }, canvas, legend(page, table), readout,
    some ? make("span", { class: "dim" }, some) : null, allNumbers(page, table, name));
}

function legend(page, table) {
  const end = table.most;
  const least = table.array.m ? 0 : -end;
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => colour(least + (end - least) * part, end, page.theme));
  const bar = make("span", { class: "bar" });
  bar.style.background = `linear-gradient(to right, ${steps.join(", ")})`;
  return make("div", { class: "legend", "aria-hidden": "true" }, make("span", {}, shown(least)), bar,
    make("span", {}, shown(end)));
}

// The entries that the map shows as numbers, made when they are asked for.
function allNumbers(page, table, name) {
  const details = make("details", {}, make("summary", {}, page.t("numbers")));
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const head = make("tr", {}, make("td"), table.columns.map((column) => make("th", { scope: "col" }, `${column}`)));
    const rows = table.rows.map((_, i) => make("tr", {},
      make("th", { scope: "row" }, table.index(i, 0).replace(/(, )?\d+\]$/, "]")),
      table.columns.map((_, j) => make("td", {}, shown(table.at(i, j))))));
    details.append(make("div", { class: "scroll", tabindex: 0 },
      make("table", { class: "plain", "aria-label": name }, head, rows)));
  });
  return details;
}
