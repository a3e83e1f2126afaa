// The graph as a strip: what is computed so far, where one is, and the adjoints that have flowed back.

const LEGIBLE = 0.75; // of its size a graph has at least: what is larger is scrolled

class Strip {
  constructor(page, go) {
    this.page = page;
    this.id = ownId(); // a notebook may show several
    const { nodes, strip, edges } = page.data;
    this.boxes = [];
    this.ways = new Map();
    this.element = strip ? this.drawn(nodes, strip, edges, go) : this.listed(nodes, go);
  }

  drawn(nodes, strip, edges, go) {
    const [width, height] = strip.box;
    const margin = 12;
    const size = [strip.size[0] + 2 * margin, strip.size[1] + 2 * margin + 10];
    const picture = make("svg", { viewBox: `${-margin} ${-margin} ${size.join(" ")}`, width: size[0], height: size[1] },
      make("defs", {}, ["forth", "back"].map((name) => make("marker", { id: `${this.id}-${name}`, class: name,
        viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse",
        orient: "auto" }, make("path", { d: "M0 0L8 4L0 8z" })))));
    picture.style.minHeight = `${LEGIBLE * size[1]}px`;
    edges.forEach(([start, end], i) => {
      const points = [[strip.at[start][0] + width / 2, strip.at[start][1]], ...strip.ways[i],
        [strip.at[end][0] - width / 2, strip.at[end][1]]];
      const forth = make("path", { class: "forth", d: curve(points), "marker-end": `url(#${this.id}-forth)` });
      const lower = points.map(([x, y]) => [x, y + 8]).reverse();
      const back = make("path", { class: "back", d: curve(lower), "marker-end": `url(#${this.id}-back)` });
      this.ways.set(`${start} ${end}`, [forth, back]);
      picture.append(forth, back);
    });
    nodes.forEach((node, i) => {
      const [x, y] = strip.at[i];
      const box = make("g", { class: `node ${node.kind}`, click: () => go(i),
        transform: `translate(${x - width / 2} ${y - height / 2})` },
        make("rect", { width, height, rx: 6 }),
        make("text", { class: "name", x: width / 2, y: 18, "text-anchor": "middle" }, cut(nameOf(this.page, i), 14)),
        make("text", { class: "below", x: width / 2, y: 36, "text-anchor": "middle" }, cut(opOf(this.page, node), 16)));
      this.boxes.push(box);
      picture.append(box);
    });
    return make("div", { class: "strip drawn", role: "img", "aria-label": this.page.t("graph") }, picture);
  }

  listed(nodes, go) {
    const list = make("ol", { class: "strip listed", "aria-label": this.page.t("graph") });
    nodes.forEach((node, i) => {
      const box = make("li", { class: `node ${node.kind}`, click: () => go(i) },
        make("b", {}, nameOf(this.page, i)), make("span", { class: "below" }, opOf(this.page, node)));
      this.boxes.push(box);
      list.append(box);
    });
    return list;
  }

  // Show the state at a position: see `stateAt`.
  show(state) {
    this.boxes.forEach((box, i) => {
      box.classList.toggle("done", state.computed.has(i) || this.page.data.nodes[i].kind === "constant");
      box.classList.toggle("reached", state.adjoints.has(i));
      box.classList.toggle("now", i === state.now);
      box.classList.toggle("next", i === state.next);
      const number = state.adjoints.has(i) ? this.small(state.adjoints.get(i)) : "";
      box.querySelector(".below").textContent = number ? `δ${number}` : cut(opOf(this.page, this.page.data.nodes[i]), 16);
    });
    for (const [key, [forth, back]] of this.ways) {
      forth.classList.toggle("done", state.computed.has(Number(key.split(" ")[1])));
      back.classList.toggle("done", state.carried.has(key));
      back.classList.toggle("now", state.carrying === key);
    }
    const box = this.boxes[state.now];
    const frame = this.element;
    if (!box) return;
    const [inner, outer] = [box.getBoundingClientRect(), frame.getBoundingClientRect()];
    frame.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
    frame.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
  }

  small(place) {
    const array = this.page.arrays[place];
    if (!array?.s) return "";
    return array.s.every((length) => length === 1) ? ` = ${shown(array.c[0])}` : ` ${shapeOf(array)}`;
  }
}

function curve(points) {
  let found = `M${points[0].join(" ")}`;
  for (let i = 1; i < points.length; i++) {
    const [[x, y], [u, v]] = [points[i - 1], points[i]];
    found += `C${(x + u) / 2} ${y} ${(x + u) / 2} ${v} ${u} ${v}`;
  }
  return found;
}

function cut(text, letters) {
  return [...text].length <= letters ? text : [...text].slice(0, letters - 1).join("") + "…";
}

function nameOf(page, place) {
  const node = page.data.nodes[place];
  if (node.kind === "folded") return page.t("steps", { n: node.count });
  const array = page.arrays[node.value];
  return node.label || (array.s?.length === 0 ? shown(array.c[0]) : page.t("constant")); // a number is its own name
}

function opOf(page, node) {
  return node.kind === "constant" ? shapeOf(page.arrays[node.value]) || page.t("constant") : node.op;
}
