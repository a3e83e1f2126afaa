// What a position shows: its heading, formulas in mathematics, values, sums, and what other libraries say.

class Views {
  heading(position) {
    const node = this.data.nodes[position.node];
    const product = this.data.products[position.product];
    const kind = { "forward watch": "watch", "forward read": "read", "product read": "passed" }[
      `${position.kind} ${node.op}`] ?? position.kind;
    const head = this.t(`head ${kind}`, { y: nameOf(this, position.node), op: node.op, n: node.count,
      target: this.data.title, x: product ? nameOf(this, product.to) : "" });
    return head + (product?.twice ? this.t("head input", product.twice) : "");
  }

  body(position, node) {
    switch (position.kind) {
      case "forward": return this.forward(position.node, node);
      case "folded": case "folded back": return [this.say("say folded", { ops: node.op })];
      case "seed": return [...this.seed(), this.checks(node)];
      case "arrived": return [...this.arrived(position.node, node), this.checks(node)];
      case "product": return this.product(this.data.products[position.product]);
      case "source": return [this.say("say source", { x: node.label, target: this.data.title }),
        ...this.sum(position.node), this.checks(node)];
      default: return this.gradients();
    }
  }

  say(key, values) {
    return make("p", { class: "say" }, this.t(key, values));
  }

  // A value with its name above it, and maybe an entry that is marked.
  card(name, place, look = "", marked = "") {
    const array = this.arrays[place];
    const shape = array ? shapeOf(array) : "";
    return make("figure", { class: `card ${look}` },
      make("figcaption", {}, typeof name === "string" ? make("b", {}, name) : name,
        shape ? make("span", { class: "dim" }, ` ${shape}`) : null),
      valueView(this, place, typeof name === "string" ? name : name.textContent, marked));
  }

  // A formula, and below it the equations for parts of it. `left` is a tree as those are.
  formula(trees, left, sign = "=") {
    const [first, ...others] = trees;
    return make("div", { class: "formula" }, this.math(["mrow", ...left, ["mo", sign], first]),
      others.length ? make("div", { class: "parts-of-it" }, make("span", {}, this.t("with")), " ",
        others.map((tree, i) => [i ? ", " : "", this.math(tree)])) : null);
  }

  // A tree in one line, for those who do not see it.
  spoken(tree) {
    const [tag, ...children] = tree;
    if (tag === "v" || tag === "d") return (tag === "d" ? "δ" : "") + nameOf(this, children[0]);
    const parts = children.map((child) => typeof child === "string" ? child : this.spoken(child));
    const [first, second] = parts;
    if (tag === "mfrac") return `(${first}) / (${second})`;
    if (tag === "msup") return `${first}^${second}`;
    return tag === "msub" ? `${first}_${second}` : parts.join(" ");
  }

  // A tree as MathML; what it says of values are their names.
  math(tree) {
    const made = ([tag, ...children]) => {
      if (tag === "v" || tag === "d") return this.named(tag, children[0]);
      if (tag === "mspace") return make("mspace", { width: "0.25em" });
      const look = tag === "mi" && children[0].length > 1 ? { mathvariant: "normal" } : {};
      return make(tag, look, children.map((child, i) => typeof child === "string" ? child
        : child[0] === "mspace" && this.percent(children[i - 1], children[i + 1]) ? make("mo", {}, "⋅") : made(child)));
    };
    return make("math", {}, made(tree));
  }

  // Whether a number and a value side by side would read as a percentage.
  percent(left, right) {
    return left?.[0] === "mn" && right?.[0] === "v" && nameOf(this, right[1]).startsWith("%");
  }

  // A value, or its adjoint, as it is called in formulas: W1 has an index.
  named(kind, place) {
    const name = nameOf(this, place);
    const [, stem, index] = name.match(/^([^\W\d_]+)_?(\d+)$/u) ?? [null, name, null];
    const word = make("mi", {}, stem);
    const value = index ? make("msub", {}, word, make("mn", {}, index)) : word;
    if (kind === "v") return value;
    return make("msub", { class: "adjoint" }, make("mi", {}, "δ"), value);
  }

  forward(place, node) {
    if (node.op === "watch") return [this.say("say watch", { x: node.label }), this.card(node.label, node.value)];
    if (node.op === "read") return [this.say("say read", { x: node.label }), this.card(node.label, node.value)];
    const name = nameOf(this, place);
    const settings = node.settings.length ? ` (${node.settings.join(", ")})` : "";
    return [node.formula ? this.formula(node.formula, [["v", place]])
      : make("p", { class: "formula" }, `${name} = ${node.op}(…)${settings}`),
    make("div", { class: "row" }, unique(node.inputs).map((x) => this.card(nameOf(this, x), this.data.nodes[x].value)),
      make("span", { class: "sign" }, "→"), this.card(name, node.value, "result")),
    ...this.why(node)];
  }

  why(node) {
    return node.why ? [make("p", { class: "dim" }, this.t("why", { reason: this.reason(node) }))] : [];
  }

  reason(node) {
    return this.t(`why ${node.why[0]}`, { op: node.why[1] });
  }

  seed() {
    const { data } = this;
    const several = (this.arrays[data.seed].s ?? []).length > 0;
    const slope = [["mo", "∂"], ["v", data.target]];
    return [this.formula([["mfrac", ["mrow", ...slope], ["mrow", ...slope]]], [["d", data.target]]),
      this.say(several ? "say seeds" : "say seed", { target: data.title }),
      this.card(`δ${data.title}`, data.seed, "back result")];
  }

  arrived(place, node) {
    const next = this.data.products.filter((product) => product.from === place).map((product) => product.to);
    return [node.formula ? this.formula(node.formula, [["v", place]]) : null, ...this.sum(place),
      this.say(next.length ? "say arrived" : "say nothing",
        { y: nameOf(this, place), xs: unique(next).map((x) => nameOf(this, x)).join(", "), op: node.op })];
  }

  product(product) {
    const [from, to] = [nameOf(this, product.from), nameOf(this, product.to)];
    const dy = this.data.nodes[product.from].adjoint;
    if (this.data.nodes[product.from].op === "read") {
      return [this.card(this.t("contribution", { x: `δ${to}` }), product.contribution, "back result"),
        ...this.adding(product)];
    }
    const factors = this.factors(product.formula);
    const spread = this.spread(product);
    const parts = factors ?? [this.card(`δ${from}`, dy, "back")];
    const plain = JSON.stringify(product.slope) === '[["mrow",["mn","1"]]]';
    let sign = factors ? "=" : spread ? "→ Σ →" : "→";
    if (product.local !== undefined && !plain) {
      const slope = make("b", {}, `∂${from}/∂${to}`);
      const times = this.arrays[product.local].s.length ? "⊙" : "⋅"; // as in formulas
      parts.push(make("span", { class: "sign" }, times), this.card(slope, product.local));
      sign = spread ? "→ Σ →" : "=";
    } else if (!factors) {
      for (const place of unique(valuesIn(product.formula ?? []))) {
        parts.push(this.card(nameOf(this, place), this.data.nodes[place].value));
      }
    }
    const slope = [["mfrac", ["mrow", ["mo", "∂"], ["v", product.from]], ["mrow", ["mo", "∂"], ["v", product.to]]]];
    const adds = product.earlier.length || product.hidden ? "+=" : "=";
    return [product.formula ? this.formula(product.formula, [["d", product.to]], adds) : null,
      spread ? this.say(`say ${spread}`, { x: to, y: from }) : null,
      product.slope ? make("div", { class: "slope" }, this.formula(product.slope, slope),
        product.twice ? this.t("say input", { x: to, ...product.twice }) : null) : null,
      make("div", { class: "row" }, parts, make("span", { class: "sign" }, sign),
        this.card(this.t("contribution", { x: `δ${to}` }), product.contribution, "back result")),
      ...this.adding(product)];
  }

  // What broadcasting did with an input, where it did something.
  spread({ from, local, contribution }) {
    if (local === undefined || local === null) return null;
    const [big, small] = [this.arrays[local].s, this.arrays[contribution].s];
    if (String(big) === String(small)) return null;
    const rows = big.length === 2 && small[small.length - 1] === big[1] && (small[small.length - 2] ?? 1) === 1;
    return !rows ? "used everywhere" : this.data.nodes[from].op === "add" ? "added to rows" : "used in rows";
  }

  // The two matrices that a formula multiplies, in its order and turned as in it, with the sign of Python between.
  factors(formula) {
    if (formula?.length !== 1) return null;
    const found = formula[0].slice(1).filter(([tag]) => tag !== "mspace").map((part) => {
      const turned = part[0] === "msup" && JSON.stringify(part[2]).includes("⊤");
      const [kind, place] = turned ? part[1] : part;
      if (kind !== "v" && kind !== "d") return null;
      const node = this.data.nodes[place];
      const array = kind === "d" ? node.adjoint : node.value;
      if (this.arrays[array]?.s?.length !== 2) return null;
      const name = (kind === "d" ? "δ" : "") + nameOf(this, place);
      return this.card(turned ? make("b", {}, name, make("sup", {}, "⊤")) : name, turned ? this.turnedOver(array) : array,
        kind === "d" ? "back" : "");
    });
    if (found.length !== 2 || found.includes(null)) return null;
    return [found[0], make("span", { class: "sign" }, "@"), found[1]];
  }

  // The place of a matrix with rows and columns exchanged.
  turnedOver(place) {
    this.transposes ??= new Map();
    if (!this.transposes.has(place)) {
      const array = this.arrays[place];
      const { rows, columns } = new Table(array);
      const exchanged = (cells) => columns.flatMap((_, j) => rows.map((_, i) => cells[i * columns.length + j]));
      this.transposes.set(place, this.arrays.push({ ...array, s: [...array.s].reverse(), c: exchanged(array.c),
        ...(array.r ? { r: array.k, k: array.r } : {}), ...(array.m ? { m: exchanged(array.m) } : {}) }) - 1);
    }
    return this.transposes.get(place);
  }

  // What had arrived before, and what it is now.
  adding(product) {
    const name = `δ${nameOf(this, product.to)}`;
    if (!product.earlier.length && !product.hidden) return [this.say(product.only ? "say only" : "say first", { x: name })];
    return [this.say("say adds", { x: name }), this.terms([...product.earlier.map((i) => this.data.products[i]), product],
      product.hidden, product.total, name)];
  }

  terms(products, hidden, total, name) {
    const few = products.length > 5 ? [...products.slice(0, 2), null, ...products.slice(-2)] : products;
    const left = hidden + products.length - few.filter(Boolean).length;
    if (hidden && !few.includes(null)) few.unshift(null);
    const row = few.flatMap((one, i) => [i ? make("span", { class: "sign" }, "+") : null,
      one ? this.card(this.t("from", { y: nameOf(this, one.from) }), one.contribution,
        i === few.length - 1 ? "back" : "")
        : make("span", { class: "sign" }, this.t("more", { n: left }))]);
    return make("div", { class: "row sum" }, row, make("span", { class: "sign" }, "="),
      this.card(name, total, "back result"));
  }

  // The adjoint of a value, as a sum where it is one.
  sum(place) {
    const name = `δ${nameOf(this, place)}`;
    const own = this.data.products.filter((product) => product.to === place);
    const last = own[own.length - 1];
    const adjoint = this.data.nodes[place].adjoint;
    return own.length + (last?.hidden ?? 0) > 1 ? [this.terms(own, last.hidden, adjoint, name)]
      : [this.card(name, adjoint, "back result")];
  }

  // What other libraries say of the same adjoint.
  checks(node) {
    if (!node.checks) return null;
    const rows = node.checks.map((check) => make("tr", { class: check.mark }, make("th", { scope: "row" }, check.title),
      make("td", {}, check.value === undefined ? "–" : this.brief(check.value)), make("td", {}, this.mark(check))));
    return make("table", { class: "checks" }, make("caption", {}, this.t("check")),
      make("tr", {}, ["library", "adjoint", "compared"].map((key) => make("th", { scope: "col" }, this.t(key)))), rows);
  }

  // A number; of an array its shape and range.
  brief(place) {
    const array = this.arrays[place];
    const table = new Table(array);
    if (!array.s.length) return shown(array.c[0]);
    if (table.empty) return this.t("empty");
    const [least, largest] = table.range();
    return `${shapeOf(array)}: ${shown(least)} … ${shown(largest)}`;
  }

  // A sign and words, so that colour alone tells nothing.
  mark(check) {
    const sign = { same: "✓", agrees: "✓", differs: "✗", none: "–" }[check.mark];
    const values = { distance: check.distance === undefined ? "" : Number(check.distance.toPrecision(2)).toString()
      .replace("-", "−"), reason: check.reason };
    const words = check.mark === "differs" && check.reason ? "differs reason" : check.mark;
    return `${sign} ${this.t(`check ${words}`, values)}`;
  }

  // Libraries that said nothing, and why.
  silent() {
    if (!this.data.silent) return this.say("check hint");
    const rows = Object.entries(this.data.silent).map(([title, why]) => make("li", {}, make("b", {}, title), `: ${why}`));
    return rows.length ? [this.say("check silent"), make("ul", {}, rows)] : null;
  }

  gradients() {
    const libraries = unique(this.data.nodes.flatMap((node) => (node.checks ?? []).map((check) => check.title)));
    const rows = this.data.sources.map(({ label, node: place, why }) => {
      const node = this.data.nodes[place] ?? {};
      return make("tr", {}, make("th", { scope: "row" }, label), make("td", {}, node.shape ?? ""),
        make("td", {}, valueView(this, node.adjoint, `δ${label}`),
          why ? make("p", { class: "dim why", lang: "en" }, why) : null),
        libraries.map((title) => {
          const check = (node.checks ?? []).find((one) => one.title === title);
          return make("td", { class: check?.mark }, check ? this.mark(check) : "–");
        }));
    });
    const complex = this.data.sources.some(({ node }) => this.arrays[this.data.nodes[node]?.value]?.m);
    return [this.say("say gradients", { target: this.data.title }), complex ? this.say("say conjugate") : null,
      make("div", { class: "wide" }, make("table", { class: "gradients" }, make("tr", {},
        [...["source", "shape", "gradient"].map((key) => this.t(key)), ...libraries].map(
          (title) => make("th", { scope: "col" }, title))), rows)), this.silent()].flat();
  }
}

// The values that a formula is about, but not their adjoints.
function valuesIn(tree) {
  return tree[0] === "v" ? [tree[1]] : tree.flatMap((child) => Array.isArray(child) ? valuesIn(child) : []);
}

function unique(list) {
  return [...new Set(list)];
}
