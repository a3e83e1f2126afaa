// The page: a position, what happens there, and ways to go to another one. The same module is the widget in a notebook.

const BACKWARD = new Set(["seed", "arrived", "product", "source", "folded back", "gradients"]);
const PACE = 1600; // milliseconds a position while it plays

class Stepper {
  constructor(root, data, alone) {
    Object.assign(this, { root, data, alone, arrays: data.arrays, position: 0, playing: null });
    this.language = data.language;
    this.predicting = false;
    this.quiz = new Quiz(this);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.theme = this.dark.matches ? "dark" : "light";
    this.turned = () => { this.theme = this.dark.matches ? "dark" : "light"; this.build(); };
    this.dark.addEventListener("change", this.turned);
    if (alone) this.begin(new URLSearchParams(window.location.hash.slice(1)));
    this.states = states(data);
    root.classList.add("tapes-stepper");
    (alone ? document : root).addEventListener("keydown", (event) => this.key(event));
    if (!alone) root.tabIndex = 0;
    this.build();
  }

  // A page can be linked to at a position: step.html#position=12&language=ja&theme=dark
  begin(wanted) {
    this.position = Math.max(0, Math.min(this.data.positions.length, Number.parseInt(wanted.get("position"), 10) || 1) - 1);
    if (wanted.get("language") in this.data.words) this.language = wanted.get("language");
    this.predicting = wanted.get("mode") === "predict";
    if (wanted.get("theme") in SCALES) this.theme = wanted.get("theme");
  }

  // A text in the language that was chosen, with what stands in braces filled in.
  t(key, values = {}) {
    const text = this.data.words[this.language][key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  // -- the frame -------------------------------------------------------------------------------------------------

  build() {
    const { data } = this;
    this.root.dataset.theme = this.theme;
    this.root.lang = this.language;
    if (this.alone) {
      document.documentElement.lang = this.language;
      document.documentElement.dataset.theme = this.theme;
      document.title = `${data.title}: ${this.t("title")}`;
    }
    this.strip = new Strip(this, (node) => this.goToNode(node));
    this.program = this.programView();
    this.panel = make("section", { class: "panel", "aria-label": this.t("panel") });
    this.told = make("p", { class: "hidden", role: "status", "aria-live": "polite" });
    this.score = make("span", { class: "score" });
    const modes = make("div", { class: "modes", role: "group", "aria-label": this.t("mode") },
      [false, true].map((predicting) => make("button", { type: "button", class: predicting ? "predict" : "watch",
        "aria-pressed": String(this.predicting === predicting),
        click: () => { this.predicting = predicting; this.build(); } }, this.t(predicting ? "predict" : "look"))));
    const header = make("header", {},
      make("h1", {}, make("b", {}, data.title), " ", make("span", {}, this.t("title"))),
      make("div", { class: "choices" }, this.score, modes,
        make("button", { type: "button", class: "language", lang: this.language === "en" ? "ja" : "en",
          click: () => { this.language = this.language === "en" ? "ja" : "en"; this.build(); } },
          this.language === "en" ? "日本語" : "English"),
        make("button", { type: "button", class: "theme", "aria-pressed": String(this.theme === "dark"),
          click: () => { this.theme = this.theme === "dark" ? "light" : "dark"; this.build(); } }, this.t("dark"))));
    this.root.replaceChildren(header, this.strip.element, make("main", {}, this.program, this.panel), this.told,
      this.controls());
    this.show();
  }

  controls() {
    const last = this.data.positions.length - 1;
    const button = (name, press) => make("button", { type: "button", class: name, "aria-label": this.t(name),
      title: this.t(name), click: press }, icon(name));
    this.slider = make("input", { type: "range", min: 0, max: last, "aria-label": this.t("position"),
      input: () => this.go(Number(this.slider.value)) });
    this.player = button("play", () => this.play());
    this.count = make("span", { class: "count" });
    return make("footer", { role: "group", "aria-label": this.t("controls") },
      button("first", () => this.go(0)), button("back", () => this.go(this.position - 1)), this.player,
      button("next", () => this.go(this.position + 1)), button("last", () => this.go(last)),
      this.slider, this.count);
  }

  programView() {
    const { files } = this.data;
    if (!files.length) {
      return make("section", { class: "program none", "aria-label": this.t("program") },
        make("p", {}, this.t("no lines")), make("pre", {}, make("code", {}, this.t("no lines code"))));
    }
    return make("section", { class: "program", "aria-label": this.t("program") }, files.map((file, i) => {
      const rows = [];
      let before = null;
      for (const [number, text] of file.lines) {
        if (before !== null && number !== before + 1) rows.push(make("li", { class: "gap" }, "⋯"));
        before = number;
        rows.push(make("li", { "data-line": `${i}:${number}` }, make("span", { class: "at" }, `${number}`),
          make("code", {}, text || " ")));
      }
      const empty = file.lines.length ? null : make("p", { class: "dim" }, this.t("no source"));
      return [make("h2", {}, file.name || this.t("cell")), empty, make("ol", {}, rows)];
    }));
  }

  // -- going from place to place ---------------------------------------------------------------------------------

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const typing = event.target.matches?.("input:not([type=range]), textarea, select");
    if (typing) return;
    const last = this.data.positions.length - 1;
    const way = { ArrowLeft: () => this.go(this.position - 1), ArrowRight: () => this.go(this.position + 1),
      Home: () => this.go(0), End: () => this.go(last), " ": () => this.play() }[event.key];
    if (!way || (event.key === " " && event.target.matches?.("button, summary, a"))) return;
    way();
    event.preventDefault();
  }

  go(position) {
    const now = Math.max(0, Math.min(this.data.positions.length - 1, position));
    if (now === this.position) return;
    this.position = now;
    this.show();
  }

  // To where a value is made; or, on the way back, to where its adjoint is.
  goToNode(node) {
    const { positions } = this.data;
    const backward = BACKWARD.has(positions[this.position].kind);
    const found = positions.findIndex((one) => one.node === node && BACKWARD.has(one.kind) === backward
      && one.kind !== "seed");
    if (found >= 0) this.go(found);
  }

  play() {
    if (this.playing !== null) {
      clearInterval(this.playing);
      this.playing = null;
    } else {
      if (this.position === this.data.positions.length - 1) this.go(0);
      this.playing = setInterval(() => {
        if (this.position === this.data.positions.length - 1 || this.quiz.asks(this.position)) this.play();
        else this.go(this.position + 1);
      }, PACE);
    }
    this.show();
  }

  // Do nothing any more, when a notebook takes it away.
  end() {
    clearInterval(this.playing);
    this.dark.removeEventListener("change", this.turned);
  }

  // -- showing a position ----------------------------------------------------------------------------------------

  show(settled = false) {
    const { positions, nodes, products } = this.data;
    const position = positions[this.position];
    const node = nodes[position.node];
    const asked = this.quiz.asks(this.position);
    const state = this.states[this.position];
    this.strip.show(asked ? { ...state, adjoints: this.states[this.position - 1].adjoints } : state);
    const title = this.heading(position);
    const side = this.t(BACKWARD.has(position.kind) ? "backward" : "forward");
    const tag = make("p", { class: `tag ${BACKWARD.has(position.kind) ? "back" : "forth"}` }, side);
    const body = asked ? this.quiz.view(this.position, products[position.product]) : this.body(position, node);
    const head = make("h2", { tabindex: -1 }, title);
    this.panel.replaceChildren(...[tag, head, this.quiz.verdict(this.position), ...body].filter(Boolean));
    if (settled) head.focus();
    this.showScore();
    const count = `${this.position + 1} / ${positions.length}`;
    this.told.textContent = `${count}. ${side}. ${title}`;
    this.slider.value = this.position;
    this.slider.setAttribute("aria-valuetext", `${count}: ${title}`);
    this.count.textContent = count;
    const press = this.playing === null ? "play" : "pause";
    this.player.replaceChildren(icon(press));
    this.player.setAttribute("aria-label", this.t(press));
    this.player.title = this.t(press);
    for (const line of this.program.querySelectorAll("li.now")) {
      line.classList.remove("now");
      line.removeAttribute("aria-current");
    }
    const line = node.file === undefined || position.kind === "gradients" ? null
      : this.program.querySelector(`[data-line="${node.file}:${node.line}"]`);
    if (line) {
      line.classList.add("now");
      line.setAttribute("aria-current", "true");
      const [inner, outer] = [line.getBoundingClientRect(), this.program.getBoundingClientRect()];
      if (inner.top < outer.top || inner.bottom > outer.bottom) {
        this.program.scrollTop += inner.top - outer.top - outer.height / 2;
      }
    }
  }

  showScore() {
    this.score.textContent = this.predicting ? this.quiz.score() : "";
  }

  heading(position) {
    const node = this.data.nodes[position.node];
    const product = this.data.products[position.product];
    const kind = { "forward watch": "watch", "forward read": "read", "product read": "passed" }[
      `${position.kind} ${node.op}`] ?? position.kind;
    return this.t(`head ${kind}`, { y: nameOf(this, position.node), op: node.op, n: node.count, target: this.data.title,
      x: product ? nameOf(this, product.to) : "" });
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

  // A value with its name above it.
  card(name, place, look = "") {
    const array = this.arrays[place];
    const shape = array ? shapeOf(array) : "";
    return make("figure", { class: `card ${look}` },
      make("figcaption", {}, typeof name === "string" ? make("b", {}, name) : name,
        shape ? make("span", { class: "dim" }, ` ${shape}`) : null),
      valueView(this, place, typeof name === "string" ? name : name.textContent));
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
      return make(tag, look, children.map((child) => typeof child === "string" ? child : made(child)));
    };
    return make("math", {}, made(tree));
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
    const parts = [this.card(`δ${from}`, dy, "back")];
    const plain = JSON.stringify(product.slope) === '[["mrow",["mn","1"]]]';
    let sign = "→";
    if (product.local !== undefined && !plain) {
      const slope = make("b", {}, `∂${from}/∂${to}`);
      parts.push(make("span", { class: "sign" }, "×"), this.card(slope, product.local));
      sign = this.sizes(product.local) === this.sizes(product.contribution) ? "=" : "→ Σ →";
    } else {
      for (const place of unique(valuesIn(product.formula ?? []))) {
        parts.push(this.card(nameOf(this, place), this.data.nodes[place].value));
      }
    }
    const slope = [["mfrac", ["mrow", ["mo", "∂"], ["v", product.from]], ["mrow", ["mo", "∂"], ["v", product.to]]]];
    const adds = product.earlier.length || product.hidden ? "+=" : "=";
    return [product.formula ? this.formula(product.formula, [["d", product.to]], adds) : null,
      product.slope ? make("div", { class: "slope" }, this.formula(product.slope, slope)) : null,
      make("div", { class: "row" }, parts, make("span", { class: "sign" }, sign),
        this.card(this.t("contribution", { x: `δ${to}` }), product.contribution, "back result")),
      ...this.adding(product)];
  }

  sizes(place) {
    return String(this.arrays[place].s);
  }

  // What had arrived before, and what it is now.
  adding(product) {
    const name = `δ${nameOf(this, product.to)}`;
    if (!product.earlier.length && !product.hidden) return [this.say("say first", { x: name })];
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
    const rows = this.data.sources.map((place) => {
      const node = this.data.nodes[place];
      return make("tr", {}, make("th", { scope: "row" }, nameOf(this, place)),
        make("td", {}, node.shape), make("td", {}, valueView(this, node.adjoint, `δ${node.label}`),
          node.adjoint === undefined && node.why ? make("span", { class: "dim" }, ` ${this.reason(node)}`) : null),
      libraries.map((title) => {
        const check = (node.checks ?? []).find((one) => one.title === title);
        return make("td", { class: check?.mark }, check ? this.mark(check) : "–");
      }));
    });
    return [this.say("say gradients", { target: this.data.title }),
      make("div", { class: "wide" }, make("table", { class: "gradients" }, make("tr", {},
        [...["source", "shape", "gradient"].map((key) => this.t(key)), ...libraries].map(
          (title) => make("th", { scope: "col" }, title))), rows)), this.silent()].flat();
  }
}

// The values that a formula is about, but not their adjoints.
function valuesIn(tree) {
  return tree[0] === "v" ? [tree[1]] : tree.flatMap((child) => Array.isArray(child) ? valuesIn(child) : []);
}

const ICONS = { first: "M5 4v16M19 4L8 12l11 8z", back: "M16 4L6 12l10 8z", play: "M6 4l14 8-14 8z",
  pause: "M8 5v14M16 5v14", next: "M8 4l10 8-10 8z", last: "M19 4v16M5 4l11 8-11 8z" };

function icon(name) {
  return make("svg", { viewBox: "0 0 24 24", width: 22, height: 22, class: "icon", "aria-hidden": "true" },
    make("path", { d: ICONS[name] }));
}

function unique(list) {
  return [...new Set(list)];
}

// Of every position: what is computed, which adjoints are there as far as they have arrived, what is on its way.
function states(data) {
  const [computed, adjoints, carried, found] = [new Set(), new Map(), new Set(), []];
  for (const { kind, node, product } of data.positions) {
    const state = { now: node, carrying: null };
    if (kind === "forward" || kind === "folded") computed.add(node);
    if (kind === "seed") adjoints.set(node, data.seed);
    if (kind === "arrived" || kind === "source") adjoints.set(node, data.nodes[node].adjoint); // also from what is folded
    if (kind === "folded back") {
      adjoints.set(node, null);
      for (const [start, end] of data.edges) {
        const back = data.nodes[start].adjoint !== undefined || data.nodes[start].kind === "folded";
        if (end === node && back) carried.add(`${start} ${end}`);
      }
    }
    if (kind === "product") {
      const { from, to, total } = data.products[product];
      state.carrying = `${to} ${from}`;
      state.next = to;
      carried.add(state.carrying);
      adjoints.set(to, total);
    }
    found.push({ ...state, computed: new Set(computed), adjoints: new Map(adjoints), carried: new Set(carried) });
  }
  return found;
}

function mount(element, data, alone) {
  return new Stepper(element, data, alone);
}

export default { render({ model, el }) {
  const shown = mount(el, model.get("data"), false);
  return () => shown.end();
} };
