// The second way to use the page: the student says what comes next, and is told right or wrong, and why.

// What a student may type: numbers, + - * / ^, parentheses, and the functions of school. Nothing is evaluated as script.
const FUNCTIONS = { exp: Math.exp, log: Math.log, sqrt: Math.sqrt, sin: Math.sin, cos: Math.cos, tan: Math.tan,
  tanh: Math.tanh, cosh: Math.cosh, sinh: Math.sinh, abs: Math.abs };

function worked(text) {
  const signs = { "−": "-", "×": "*", "·": "*", "÷": "/", "∞": "inf", "**": "^" };
  const plain = text.normalize("NFKC").replace(/−|×|·|÷|∞|\*\*/g, (sign) => signs[sign]).toLowerCase()
    .replaceAll(",", "."); // in many countries the decimal point is a comma
  const tokens = plain.match(/\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|[a-z]+|[-+*/^()]|\S/g) ?? [];
  let at = 0;
  const sum = () => {
    let found = product();
    while (tokens[at] === "+" || tokens[at] === "-") found = tokens[at++] === "+" ? found + product() : found - product();
    return found;
  };
  const product = () => {
    let found = signed();
    while (tokens[at] === "*" || tokens[at] === "/") found = tokens[at++] === "*" ? found * signed() : found / signed();
    return found;
  };
  const signed = () => {
    if (tokens[at] === "-") { at++; return -signed(); }
    if (tokens[at] === "+") { at++; return signed(); }
    return power();
  };
  const power = () => {
    const base = atom();
    if (tokens[at] !== "^") return base;
    at++;
    return base ** signed();
  };
  const atom = () => {
    const token = tokens[at++];
    if (token === "(") {
      const found = sum();
      if (tokens[at++] !== ")") throw new SyntaxError(text);
      return found;
    }
    if (token === "nan") return Number.NaN;
    if (token === "inf") return Infinity;
    if (Object.hasOwn(FUNCTIONS, token ?? "") && tokens[at] === "(") return FUNCTIONS[token](atom());
    if (!/^[\d.]/.test(token ?? "")) throw new SyntaxError(text);
    return Number(token);
  };
  const found = sum();
  if (at < tokens.length) throw new SyntaxError(text);
  return found;
}

// Half a per cent is near enough: nobody types seven digits.
function near(said, meant) {
  const wanted = typeof meant === "string" ? { nan: Number.NaN, inf: Infinity, "-inf": -Infinity }[meant] : meant;
  if (Number.isNaN(wanted)) return Number.isNaN(said);
  return said === wanted || Math.abs(said - wanted) <= 0.005 * Math.abs(wanted);
}

// Whether it is the answer with too few digits, rounded or cut off, and no known mistake to the letter.
function nearly(said, { answer, known }) {
  if (typeof answer !== "number" || !(Math.abs(said - answer) <= 0.05 * Math.abs(answer))) return false;
  if (known.some(([value]) => Math.abs(said - value) <= 1e-6 * Math.abs(value))) return false;
  return [1, 2, 3].some((digits) => {
    const place = 10 ** (Math.floor(Math.log10(Math.abs(answer))) + 1 - digits);
    return [Math.round, Math.trunc].some((way) => Math.abs(said - way(answer / place) * place) < 1e-6 * place);
  });
}

// Where in an array of few entries a number stands: "[0, 1]"; of a scalar "".
function foundIn(array, said, but) {
  if (!array?.c || array.r) return undefined;
  if (!array.s.length) return near(said, array.c[0]) ? "" : undefined;
  const table = new Table(array);
  const place = table.cells.findIndex((cell, i) => near(said, cell)
    && table.index(Math.floor(i / table.width), i % table.width) !== but);
  return place < 0 ? undefined : table.index(Math.floor(place / table.width), place % table.width);
}

// The mistake behind a number: one of those known for this product, or a factor.
function mistakeIn(said, question) {
  const known = question.known.find(([value]) => near(said, value));
  if (known) return ["mistake " + known[1], {}];
  const { answer } = question;
  if (typeof answer !== "number" || answer === 0 || !Number.isFinite(said)) return ["mistake unknown", {}];
  if (near(said, -answer)) return ["mistake sign", {}];
  for (let n = 2; n <= 100; n++) {
    if (near(Math.abs(said), Math.abs(answer) * n)) return ["mistake times", { n }];
    if (near(Math.abs(said), Math.abs(answer) / n)) return ["mistake over", { n }];
  }
  return said * answer < 0 ? ["mistake sign and size", {}] : ["mistake unknown", {}];
}

const OF_THE_SUM = new Set(["not added", "not changed", "subtracted", "multiplied"].map((why) => `mistake ${why}`));

const VAGUE = new Set(["unknown", "sign and size", "times", "over"].map((why) => `mistake ${why}`));

// The index of the entry that is asked for, as it is written.
function entryOf(question) {
  return question.index?.length ? `[${question.index.join(", ")}]` : "";
}

class Quiz {
  constructor(page) {
    this.page = page;
    this.answers = new Map(); // by position: whether the first answer was right, and whether it is over
  }

  // Whether a position asks something that is not settled yet.
  asks(position) {
    return Boolean(this.page.predicting && this.questionAt(position) && !this.answers.get(position)?.over);
  }

  questionAt(position) {
    const { kind, product } = this.page.data.positions[position];
    return kind === "product" ? this.page.data.products[product].question : undefined;
  }

  score() {
    const answers = [...this.answers.values()];
    return this.page.t("score", { right: answers.filter((one) => one.right).length, asked: answers.length });
  }

  // The question, with what one may know: the adjoint that arrives, and the values.
  view(position, product) {
    const { page } = this;
    const question = this.questionAt(position);
    const [from, to] = [nameOf(page, product.from), nameOf(page, product.to)];
    const node = page.data.nodes[product.from];
    this.feedback = make("div", { class: "feedback", role: "status", "aria-live": "assertive" });
    const marked = (place) => place === product.to || product.local !== undefined && product.local !== null
      && String(page.arrays[page.data.nodes[place].value].s) === String(page.arrays[product.contribution].s)
      ? entryOf(question) : "";
    const inputs = unique(node.inputs).map((place) => page.card(nameOf(page, place), page.data.nodes[place].value, "",
      marked(place)));
    const earlier = product.earlier.length || product.hidden;
    const so = page.data.products[product.earlier[product.earlier.length - 1]];
    const values = make("div", { class: "row" }, page.card(`δ${from}`, node.adjoint, "back",
      marked(product.from)), inputs, page.card(from, node.value, "", marked(product.from)),
    earlier && so ? page.card(page.t("so far", { x: `δ${to}` }), so.total, "back", marked(product.to)) : null);
    const asked = make("div", { class: "question" },
      question.kind === "number" ? this.number(position, question, product, { from, to }, values)
        : this.choice(position, question, { from, to }), this.feedback);
    return [asked, node.formula ? page.formula(node.formula, [["v", product.from]]) : null, values];
  }

  number(position, question, product, { from, to }, values) {
    const { page } = this;
    const entry = entryOf(question);
    const words = page.t(question.whole ? "ask whole" : "ask contribution", { x: `δ${to}${entry}`, y: from });
    const id = ownId();
    const field = make("input", { type: "text", inputmode: "text", autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", enterkeyhint: "done", id, placeholder: page.t("type"), "aria-describedby": `${id}-digits` });
    const answer = () => {
      let said;
      if (!field.value.trim()) {
        this.say("unread", page.t("unread empty"));
        return;
      }
      try {
        said = worked(field.value);
      } catch {
        this.say("unread", page.t("unread"));
        return;
      }
      if (near(said, question.answer) || Math.abs(said - question.answer) <= question.slack) this.settle(position, true);
      else if (nearly(said, question)) this.say("unread", page.t("nearly"));
      else this.wrong(position, this.why(said, question, product));
    };
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") answer(); });
    return [make("label", { for: id }, words), make("div", { class: "row" }, field,
      make("button", { type: "button", class: "answer", click: answer }, page.t("answer")), this.giveUp(position)),
    make("span", { class: "dim", id: `${id}-digits` }, page.t(values.querySelector(".marked") ? "digits entry" : "digits", { entry }))];
  }

  choice(position, question, { from, to }) {
    const { page } = this;
    const words = page.t(question.kind === "shape" ? "ask shape" : "ask formula", { x: `δ${to}`, y: from });
    const options = question.options.map((option) => make("button", { type: "button", class: "option",
      "aria-label": question.kind === "formula" && page.spoken(option.formula), click: (event) => {
      if (option.right) this.settle(position, true);
      else {
        event.currentTarget.disabled = true;
        this.wrong(position, page.t(`mistake ${option.why}`, { ...option.facts, x: to, y: from }));
      }
    } }, question.kind === "shape" ? option.shape.join(" × ") || page.t("a number") : page.math(option.formula)));
    return [make("p", {}, words), make("div", { class: "options", role: "group", "aria-label": words }, options),
      this.giveUp(position)];
  }

  giveUp(position) {
    return make("button", { type: "button", class: "reveal", click: () => this.settle(position, false) },
      this.page.t("reveal"));
  }

  // Another entry, and numbers that one sees on the page, can be told by where they stand; else a mistake is looked for.
  // Where what had arrived before is in an answer, it is the rest of it that a mistake is about.
  why(said, question, product) {
    const { page } = this;
    const [mistake, facts] = mistakeIn(said, question);
    const node = page.data.nodes[product.from];
    if (mistake !== "mistake sign" && !OF_THE_SUM.has(mistake)) {
      const asked = entryOf(question);
      const found = asked && foundIn(page.arrays[question.whole ? product.total : product.contribution], said, asked);
      if (found) return page.t("mistake entry", { found, asked });
    }
    if (VAGUE.has(mistake)) {
      const hint = page.t(node.op === "matmul" ? "mistake unknown matmul" : "mistake unknown");
      const seen = [[`δ${nameOf(page, product.from)}`, node.adjoint], ...[...node.inputs, product.from].map((place) => [
        page.data.nodes[place].label || page.t("constant"), page.data.nodes[place].value])];
      for (const [name, place] of seen) {
        const found = foundIn(page.arrays[place], said);
        if (found !== undefined) return page.t("mistake shown", { what: name + found, hint });
      }
      if (mistake === "mistake unknown") return hint;
      if (mistake === "mistake sign and size") return `${page.t(mistake)} ${hint}`;
    }
    const rest = question.whole && !OF_THE_SUM.has(mistake) && question.known.some(([value]) => near(said, value));
    return rest ? page.t("mistake in contribution", { why: page.t(mistake, facts) }) : page.t(mistake, facts);
  }

  wrong(position, why) {
    if (!this.answers.has(position)) this.answers.set(position, { right: false, over: false });
    this.say("wrong", `✗ ${this.page.t("wrong")} ${why}`);
    this.page.showScore();
  }

  say(look, text) {
    this.feedback.className = `feedback ${look}`;
    this.feedback.textContent = text;
    if (this.page.alone) this.feedback.scrollIntoView({ block: "nearest" });
  }

  // Right, or given up: the position shows what it shows without a question.
  settle(position, right) {
    const before = this.answers.get(position);
    this.answers.set(position, { right: before ? before.right : right, over: true, last: right });
    this.page.show(true);
  }

  verdict(position) {
    const answer = this.answers.get(position);
    if (!this.page.predicting || !answer) return null;
    return make("p", { class: `feedback ${answer.last ? "right" : "shown"}`, role: "status" },
      answer.last ? `✓ ${this.page.t("right")}` : this.page.t("shown"));
  }
}
