// The page: a position, what happens there, and ways to go to another one. The same module is the widget in a notebook.

const BACKWARD = new Set(["seed", "arrived", "product", "source", "folded back", "gradients"]);
const PACE = 1600; // milliseconds a position while it plays
const REST = 300; // milliseconds after which the address follows: browsers refuse to change it often

class Stepper extends Views {
  constructor(root, data, alone) {
    super();
    Object.assign(this, { root, data, alone, arrays: [...data.arrays], position: data.begin ?? 0, playing: null });
    this.language = data.language;
    this.predicting = false;
    this.quiz = new Quiz(this);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.theme = this.dark.matches ? "dark" : "light";
    this.turned = () => { this.theme = this.dark.matches ? "dark" : "light"; this.build(); };
    this.dark.addEventListener("change", this.turned);
    this.addressed = alone && window.parent === window; // a frame in a notebook has no address of its own
    if (this.addressed) {
      this.begin();
      window.addEventListener("hashchange", () => { this.begin(); this.build(); });
    }
    this.states = states(data);
    root.classList.add("tapes-stepper");
    (alone ? document : root).addEventListener("keydown", (event) => this.key(event));
    if (!alone) root.tabIndex = 0;
    this.build();
  }

  // A page can be linked to at a position: step.html#12, or step.html#12&language=ja&mode=predict&theme=dark
  begin() {
    const wanted = new URLSearchParams(window.location.hash.slice(1));
    const number = Number.parseInt([...wanted.keys()][0], 10) || (this.data.begin ?? 0) + 1;
    this.position = Math.max(0, Math.min(this.data.positions.length, number) - 1);
    if (Object.hasOwn(this.data.words, wanted.get("language") ?? "")) this.language = wanted.get("language");
    if (wanted.has("mode")) this.predicting = wanted.get("mode") === "predict";
    if (Object.hasOwn(SCALES, wanted.get("theme") ?? "")) this.theme = wanted.get("theme");
  }

  // The address follows, so that it can be copied at any time; the way back leads out of the page, not through it.
  follow() {
    if (!this.addressed) return;
    clearTimeout(this.following);
    const other = this.dark.matches ? "light" : "dark";
    const parts = [this.position + 1, this.language === this.data.language ? "" : `language=${this.language}`,
      this.predicting ? "mode=predict" : "", this.theme === other ? `theme=${other}` : ""];
    this.following = setTimeout(() => history.replaceState(null, "", `#${parts.filter(Boolean).join("&")}`), REST);
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
    if (data.verdict?.length) {
      header.append(make("section", { class: "verdict", role: "note" }, data.verdict.map((text) => make("p", {}, text))));
    }
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
      this.slider, this.count, make("span", { class: "keys dim", "aria-hidden": "true" }, this.t("keys")));
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
    const hint = this.predicting && !BACKWARD.has(position.kind) ? this.say("say predict") : null;
    const wrong = node.blamed && ["product", "folded back"].includes(position.kind)
      ? make("p", { class: "feedback wrong blamed" }, node.blamed) : null;
    this.panel.replaceChildren(...[tag, head, wrong, hint, this.quiz.verdict(this.position), ...body].filter(Boolean));
    if (settled) head.focus();
    if (asked && this.alone) this.panel.querySelector(".question").scrollIntoView({ block: "nearest" });
    this.showScore();
    this.follow();
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
}

const ICONS = { first: "M5 4v16M19 4L8 12l11 8z", back: "M16 4L6 12l10 8z", play: "M6 4l14 8-14 8z",
  pause: "M8 5v14M16 5v14", next: "M8 4l10 8-10 8z", last: "M19 4v16M5 4l11 8-11 8z" };

function icon(name) {
  return make("svg", { viewBox: "0 0 24 24", width: 22, height: 22, class: "icon", "aria-hidden": "true" },
    make("path", { d: ICONS[name] }));
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
