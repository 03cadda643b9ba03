// What makes reading better and is not needed for it: a crosshair over all charts at once, zoom, series on and off, sorting,
// and links that open what they point to. Every number comes from the tables that are in the page anyway.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 1000;
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const make = (name, attributes, root) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    root.append(node);
    return node;
  };

  // One chart over time: its stretched area, the texts that must follow a zoom, and the table behind it.
  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.svg = figure.querySelector("svg.plot");
      this.area = this.svg.querySelector("svg.area");
      this.height = Number(this.area.getAttribute("height"));
      this.top = Number(this.area.getAttribute("y"));
      this.moving = all("[data-t]", this.svg).map((node) => ({ node, t: Number(node.dataset.t) }));
      this.times = this.svg.querySelector(".times");
      this.still = this.times.innerHTML;
      this.cursor = make("line", { class: "cursor", y1: this.top, y2: this.top + this.height, visibility: "hidden", stroke: "#1b1f24" }, this.svg);
      this.sweep = make("rect", { class: "sweep", y: this.top, height: this.height, visibility: "hidden", "fill-opacity": ".2" }, this.svg);
      this.rows = all("details.data tbody tr", figure);
      const heads = all("details.data thead th", figure).map((head) => head.textContent);
      this.legend = all(".legend:not(.still) li", figure).map((item) => ({ item, column: heads.indexOf(item.querySelector("span").textContent) }));
      this.legend.forEach((entry) => this.equip(entry));
    }

    // A legend's entry becomes a switch, with the value at the crosshair behind it.
    equip(entry) {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(...entry.item.childNodes);
      entry.out = document.createElement("output");
      entry.item.append(button, entry.out);
      button.addEventListener("click", () => {
        const shown = button.getAttribute("aria-pressed") === "false";
        button.setAttribute("aria-pressed", String(shown));
        all(`g.line[data-line="${entry.item.dataset.line}"]`, this.svg).forEach((line) => line.setAttribute("visibility", shown ? "visible" : "hidden"));
      });
    }

    show(view, from, to) {
      const x = (t) => (t / view.end) * WIDTH;
      this.area.setAttribute("viewBox", `${x(from)} 0 ${x(to) - x(from)} ${this.height}`);
      const whole = from === 0 && to === view.end;
      for (const { node, t } of this.moving) {
        const inside = t >= from && t <= to;
        node.setAttribute("x", `${((t - from) / (to - from)) * 100}%`);
        node.setAttribute("visibility", inside ? "visible" : "hidden");
      }
      if (whole) {
        this.times.innerHTML = this.still;
        return;
      }
      const y = this.times.querySelector("text") ? this.times.querySelector("text").getAttribute("y") : this.top + this.height + 14;
      this.times.replaceChildren();
      for (const t of ticks(from, to)) {
        const share = (t - from) / (to - from);
        const anchor = share < 0.03 ? "start" : share > 0.97 ? "end" : "middle";
        make("text", { class: "tick", x: `${share * 100}%`, y, "text-anchor": anchor }, this.times).textContent = seconds(t);
      }
    }

    point(place, share) {
      const shown = place !== null && share >= 0 && share <= 1;
      this.cursor.setAttribute("visibility", shown ? "visible" : "hidden");
      if (shown) for (const end of ["x1", "x2"]) this.cursor.setAttribute(end, `${share * 100}%`);
      const row = place === null ? null : this.rows[place];
      for (const { out, column } of this.legend) out.textContent = row && column >= 0 && row.cells[column] ? row.cells[column].textContent : "";
    }
  }

  const seconds = (t) => `${Math.round(t * 100) / 100}s`;

  function ticks(from, to) {
    const steps = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
    const step = steps.find((candidate) => (to - from) / candidate <= 8) || (to - from) / 8;
    const found = [];
    for (let t = Math.ceil(from / step) * step; t <= to + 1e-9 && found.length < 12; t += step) found.push(t);
    return found;
  }

  // All charts over time move together.
  class View {
    constructor(figures) {
      this.charts = figures.map((figure) => new Chart(figure));
      const data = figures.find((figure) => figure.dataset.end).dataset;
      this.first = Number(data.first);
      this.width = Number(data.width);
      this.count = Number(data.count);
      this.end = Math.max(1, Number(data.end));
      this.from = 0;
      this.to = this.end;
      this.place = null;
      this.tools();
      this.charts.forEach((chart) => this.listen(chart));
    }

    tools() {
      const box = document.createElement("div");
      box.className = "tools";
      this.reset = document.createElement("button");
      this.reset.type = "button";
      this.reset.textContent = "Whole run";
      this.reset.disabled = true;
      this.reset.addEventListener("click", () => this.zoom(0, this.end));
      this.told = document.createElement("span");
      this.told.setAttribute("role", "status");
      this.told.textContent = "Drag over a chart to zoom all of them; arrow keys move the crosshair, + and - zoom.";
      box.append(this.reset, this.told);
      const first = this.charts[0].figure;
      first.insertBefore(box, first.querySelector(".note"));
    }

    listen(chart) {
      const svg = chart.svg;
      svg.setAttribute("tabindex", "0");
      const at = (event) => {
        const box = svg.getBoundingClientRect();
        const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
        return this.from + share * (this.to - this.from);
      };
      let start = null;
      svg.addEventListener("pointerdown", (event) => {
        if (event.button === 0 && event.pointerType !== "touch") {
          start = at(event);
          event.preventDefault();
          svg.focus({ preventScroll: true });
        }
      });
      svg.addEventListener("pointermove", (event) => {
        this.aim(at(event));
        if (start !== null) this.mark(chart, start, at(event));
      });
      svg.addEventListener("pointerleave", () => this.aim(null));
      window.addEventListener("pointerup", (event) => {
        if (start === null) return;
        const [from, to] = [start, at(event)].sort((one, other) => one - other);
        start = null;
        chart.sweep.setAttribute("visibility", "hidden");
        if (to - from > (this.to - this.from) * 0.01) this.zoom(from, to);
      });
      svg.addEventListener("dblclick", () => this.zoom(0, this.end));
      svg.addEventListener("keydown", (event) => this.key(event));
    }

    mark(chart, start, now) {
      const share = (t) => ((t - this.from) / (this.to - this.from)) * 100;
      chart.sweep.setAttribute("visibility", "visible");
      chart.sweep.setAttribute("x", `${share(Math.min(start, now))}%`);
      chart.sweep.setAttribute("width", `${Math.abs(share(now) - share(start))}%`);
    }

    key(event) {
      const middle = this.place === null ? (this.from + this.to) / 2 : this.middle(this.place);
      const span = this.to - this.from;
      if (event.key === "ArrowRight") this.aim(middle + this.width);
      else if (event.key === "ArrowLeft") this.aim(middle - this.width);
      else if (event.key === "+") this.zoom(middle - span / 4, middle + span / 4);
      else if (event.key === "-") this.zoom(middle - span, middle + span);
      else if (event.key === "Escape") this.zoom(0, this.end);
      else return;
      event.preventDefault();
    }

    middle(place) {
      return this.first + (place + 0.5) * this.width;
    }

    // Points all charts at the bin of a time.
    aim(t) {
      this.place = t === null ? null : Math.min(this.count - 1, Math.max(0, Math.floor((t - this.first) / this.width)));
      const share = this.place === null ? 0 : (this.middle(this.place) - this.from) / (this.to - this.from);
      this.charts.forEach((chart) => chart.point(this.place, share));
      if (this.place !== null) {
        const from = this.first + this.place * this.width;
        this.told.textContent = `${from.toFixed(1)}s to ${(from + this.width).toFixed(1)}s`;
      }
    }

    zoom(from, to) {
      const least = Math.min(this.end, Math.max(this.width * 2, 1));
      const span = Math.min(this.end, Math.max(least, to - from));
      this.from = Math.max(0, Math.min(from, this.end - span));
      this.to = Math.min(this.end, this.from + span);
      this.reset.disabled = this.from === 0 && this.to === this.end;
      this.charts.forEach((chart) => chart.show(this, this.from, this.to));
      this.told.textContent = this.reset.disabled ? "The whole run." : `Zoomed: ${seconds(this.from)} to ${seconds(this.to)}.`;
    }
  }

  // A table's headings become buttons that sort it; figures by their value, texts by their letters.
  function sortable(table) {
    const groups = table.tBodies.length > 1 ? Array.from(table.tBodies) : Array.from(table.tBodies[0].rows);
    if (groups.length < 2) return;
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      if (head.hasAttribute("data-fixed")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, groups, head, column));
    });
  }

  // What is sorted are rows; or bodies by their first row, where others belong to it.
  function sort(table, groups, head, column) {
    const down = head.getAttribute("aria-sort") === "ascending";
    Array.from(table.tHead.rows[0].cells).forEach((cell) => cell.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (group) => {
      const cell = (group.rows ? group.rows[0] : group).cells[column];
      if (!cell.hasAttribute("data-v")) return cell.textContent.trim().toLowerCase();
      return cell.dataset.v === "" ? Infinity : Number(cell.dataset.v);
    };
    const order = (one, other) => {
      const [a, b] = [value(one), value(other)];
      const less = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
      return Number.isNaN(less) ? 0 : down ? -less : less;
    };
    groups[0].parentNode.append(...groups.sort(order));
  }

  // Opens whatever a link points into.
  function follow() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  }

  const figures = all("figure.time, figure.lanes");
  if (figures.some((figure) => figure.dataset.end)) new View(figures);
  all("table.sortable").forEach(sortable);
  window.addEventListener("hashchange", follow);
  follow();
})();
