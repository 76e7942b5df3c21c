/* --- what comes first as worlds get more complex: the figure that a slider of gamma moves ------------------------ */

const PANEL = { width: 420, height: 260, left: 44, right: 10, top: 12, bottom: 40 };
/* What is drawn of a bin, [up to, worlds, low, high, then search's share of the programs low and high]: its number at
   both ends, null where there is none, and the control beside it. */
const PANELS = [
  {
    says: "worlds that are search first (%)",
    ends: ([, , low, high]) => [100 * low, 100 * high],
    control: (bin) => 50 * (bin[4] + bin[5]),
  },
  {
    says: "times search's share of programs",
    ends: ([, , low, high, few, many]) => (few > 0 ? [low / few, high / many] : null),
    control: () => 1,
  },
];

function growthPanel(curves, chosen, { says, ends, control }) {
  const { width, height, left, right, top, bottom } = PANEL;
  const known = curves.map(({ bins }) => bins.flatMap((bin) => (ends(bin) ? [[bin[0], ...ends(bin)]] : [])));
  const bits = curves.flatMap(({ bins }) => bins.map(([upTo]) => upTo));
  const [first, last] = [Math.min(...bits), Math.max(...bits)];
  const highest = Math.max(...known.flat().map(([, , high]) => high), ...curves.flatMap(({ bins }) => bins.map(control)));
  const x = (value) => left + (width - left - right) * ((value - first) / (last - first || 1));
  const y = (value) => height - bottom - (height - top - bottom) * (value / highest);
  const line = (points) => `M${points.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`;
  const middle = (points) => line(points.map(([at, low, high]) => [at, (low + high) / 2]));
  const text = (content, attributes) => draw("text", { "text-anchor": "middle", ...attributes }, content);
  const mine = known[chosen];
  const band = [...mine.map(([at, low]) => [at, low]), ...mine.map(([at, , high]) => [at, high]).reverse()];
  const attributes = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${says}, by complexity` };
  return draw("svg", attributes,
    ...ticks(first, last).map((value) => text(String(value), { x: x(value), y: height - bottom + 17 })),
    ...ticks(0, highest).flatMap((value) => [
      draw("path", { class: "grid", d: `M${left} ${y(value).toFixed(1)}H${width - right}` }),
      text(String(Number(value.toPrecision(6))), { x: left - 6, y: y(value) + 4, "text-anchor": "end" }),
    ]),
    text("complexity of the world, up to (bits)", { x: (left + width - right) / 2, y: height - 4 }),
    text(says, { transform: `translate(11 ${(top + height - bottom) / 2}) rotate(-90)` }),
    ...known.filter((points) => points.length).map((points) => draw("path", { class: "other", d: middle(points) })),
    draw("path", { class: "control", d: line(curves[chosen].bins.map((bin) => [bin[0], control(bin)])) }),
    ...(mine.length ? [
      draw("path", { class: "band", d: `${line(band)}Z`, "data-ends": JSON.stringify(mine) }),
      draw("path", { class: "line", d: middle(mine) }),
    ] : []));
}

function growthSays({ gamma, bins }) {
  const percent = (share) => `${Number((100 * share).toPrecision(2))} %`;
  const [upTo, worlds, low, high] = bins.at(-1);
  const [least, most] = [percent(low), percent(high)];
  return `At gamma ${gamma} search is first in ${least === most ? least : `${least} to ${most}`} of the ${worlds} most `
    + `complex worlds, of up to ${upTo} bits. Band: disguised programs counted as direct code and as search; dotted: the `
    + "control; thin: the other prices of time.";
}

/* The slider goes from one price of time that was counted to the next. */
function startGrowth(curves) {
  const place = byId("moving");
  if (!place || !curves.length) return;
  const slider = byId("moving-gamma");
  slider.max = curves.length - 1;
  const move = () => {
    const chosen = slider.valueAsNumber, { gamma } = curves[chosen];
    byId("moving-value").textContent = String(gamma);
    slider.setAttribute("aria-valuetext", String(gamma));
    byId("moving-panels").replaceChildren(...PANELS.map((panel) => growthPanel(curves, chosen, panel)));
    byId("moving-says").textContent = growthSays(curves[chosen]);
  };
  slider.addEventListener("input", move);
  move();
  place.hidden = false;
  place.closest("figure").classList.add("moved");
}

