// The second way to use the page: the student says what comes next, and is told right or wrong, and why.

// What a student may type: numbers, + - * / ^, parentheses, and the functions of school. Nothing is evaluated as script.
const FUNCTIONS = { exp: Math.exp, log: Math.log, sqrt: Math.sqrt, sin: Math.sin, cos: Math.cos, tan: Math.tan,
  tanh: Math.tanh, cosh: Math.cosh, sinh: Math.sinh, abs: Math.abs };

function worked(text) {
  const signs = { "−": "-", "×": "*", "·": "*", "÷": "/", "∞": "inf", "**": "^" };
  const plain = text.normalize("NFKC").replace(/−|×|·|÷|∞|\*\*/g, (sign) => signs[sign]).toLowerCase();
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
    const inputs = unique(node.inputs).map((place) => page.card(nameOf(page, place), page.data.nodes[place].value));
    const earlier = product.earlier.length || product.hidden;
    const so = page.data.products[product.earlier[product.earlier.length - 1]];
    const values = make("div", { class: "row" }, page.card(`δ${from}`, node.adjoint, "back"), inputs,
      page.card(from, node.value), earlier && so ? page.card(page.t("so far", { x: `δ${to}` }), so.total, "back") : null);
    const asked = make("div", { class: "question" },
      question.kind === "number" ? this.number(position, question, product, { from, to })
        : this.choice(position, question, { from, to }), this.feedback);
    return [node.formula ? page.formula(node.formula, [["v", product.from]]) : null,
      ...(question.kind === "number" ? [values, asked] : [asked, values])]; // a number is worked out from the values
  }

  number(position, question, product, { from, to }) {
    const { page } = this;
    const entry = question.index.length ? `[${question.index.join(", ")}]` : "";
    const words = page.t(question.whole ? "ask whole" : "ask contribution", { x: `δ${to}${entry}`, y: from });
    const id = ownId();
    const field = make("input", { type: "text", inputmode: "text", autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", enterkeyhint: "done", id, placeholder: page.t("type") });
    const answer = () => {
      let said;
      try {
        said = worked(field.value);
      } catch {
        this.say("unread", page.t("unread"));
        return;
      }
      if (near(said, question.answer) || Math.abs(said - question.answer) <= question.slack) this.settle(position, true);
      else this.wrong(position, this.why(said, question));
    };
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") answer(); });
    return [make("label", { for: id }, words), make("div", { class: "row" }, field,
      make("button", { type: "button", class: "answer", click: answer }, page.t("answer")), this.giveUp(position))];
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

  // Where what had arrived before is in an answer, it is the rest of it that a mistake is about.
  why(said, question) {
    const { page } = this;
    const [mistake, facts] = mistakeIn(said, question);
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
