/* --- explorer: the plane of beta and gamma, the other penalties as set ------------------------------------------- */

const PLANE = { width: 520, height: 300, left: 52, right: 12, top: 12, bottom: 38, places: 32 };

/* Which side holds more of the mass wherever the disguised programs count: search, direct, or disguised where they
   decide; null where a side has no program, so that the odds are unknown. */
function sideOf([low, high]) {
  if (low === null || low === Infinity || high === -Infinity) return null;
  return low > 0 ? "search" : high < 0 ? "direct" : "disguised";
}

/* The programs of each length: log2 of their mass without the price of length, at gammas in equal steps. */
function massesByLength(cells, prior, gammas) {
  const first = { ...prior, beta: 0, gamma: gammas[0] }, step = gammas[1] - gammas[0], lengths = new Map();
  const bases = cells.map((cell) => log2Weight(cell, first) + Math.log2(cell.count));
  cells.forEach(({ bits }, i) => {
    const at = lengths.get(bits) ?? { bits, top: -Infinity, sums: new Float64Array(gammas.length) };
    at.top = Math.max(at.top, bases[i]);
    lengths.set(bits, at);
  });
  cells.forEach(({ bits, t }, i) => {
    if (bases[i] === -Infinity) return;
    const { top, sums } = lengths.get(bits), factor = t ** -step;
    let mass = 2 ** (bases[i] - top);
    for (let place = 0; place < sums.length; place++, mass *= factor) sums[place] += mass;
  });
  return [...lengths.values()].map(({ bits, top, sums }) => ({ bits, masses: [...sums].map((sum) => top + Math.log2(sum)) }));
}

/* The side at each beta, and for it at each gamma. */
function phase(classes, prior, betas, gammas) {
  const byClass = classes.map((cells) => massesByLength(cells, prior, gammas));
  const mass = (lengths, beta, place) => (
    log2Sum(lengths.map(({ bits, masses }) => masses[place] - beta * bits), lengths.map(() => 1)));
  return betas.map((beta) => (
    gammas.map((_, place) => sideOf(logOdds(byClass.map((lengths) => mass(lengths, beta, place)))))));
}

/* The middles of equal parts of a range. */
const middles = (low, high) => (
  Array.from({ length: PLANE.places }, (_, i) => low + (high - low) * ((i + 0.5) / PLANE.places)));

/* One rectangle for each run of places of one side along gamma. */
function phaseAreas(sides, x, y, [low, high], last) {
  const width = (high - low) / PLANE.places, height = last / PLANE.places;
  return sides.flatMap((column, i) => {
    const areas = [];
    for (let from = 0, to; from < column.length; from = to) {
      for (to = from; to < column.length && column[to] === column[from]; to++);
      if (column[from] === null) continue;
      areas.push(draw("rect", {
        class: column[from], x: x(low + i * width).toFixed(2), width: (x(width) - x(0)).toFixed(2),
        y: y(to * height).toFixed(2), height: (y(from * height) - y(to * height)).toFixed(2),
      }));
    }
    return areas;
  });
}

/* Named priors that leave nothing open stand where they are, and a ring where the sliders are. */
function phaseMarks(prior, x, y, [low, high], last) {
  const isIn = ({ beta, gamma }) => beta >= low && beta <= high && gamma <= last;
  const named = DATA.priors.filter(({ values, starts }) => !Object.keys(starts).length && isIn(values));
  return [
    ...named.flatMap(({ name, values: { beta, gamma } }) => {
      const [side, anchor] = beta > (low + high) / 2 ? [-8, "end"] : [8, "start"];
      return [
        draw("circle", { class: "named", cx: x(beta), cy: y(gamma), r: 3 }),
        draw("text", { class: "name", x: x(beta) + side, y: y(gamma) - 4, "text-anchor": anchor }, name),
      ];
    }),
    ...(isIn(prior) ? [draw("circle", { class: "here", cx: x(prior.beta), cy: y(prior.gamma), r: 6 })] : []),
  ];
}

function phaseOf(classes, prior, world) {
  const low = roundedUp(leastBeta(world.symbols, Math.max(prior.tax, 0)));
  const ends = [low, prior.beta <= 2 ? 2 : DATA.sliders.beta[1]];
  const last = [2, 4].find((end) => prior.gamma <= end) ?? DATA.sliders.gamma[1];
  const key = JSON.stringify([world.name, prior.lambda, prior.tax, prior.cap, ends, last]);
  if (memo.planeKey !== key) {
    memo.plane = phase(classes, prior, middles(...ends), middles(0, last));
    memo.planeKey = key;
  }
  return phasePlot(memo.plane, prior, ends, last);
}

function phasePlot(sides, prior, ends, last) {
  const { width, height, left, right, top, bottom } = PLANE, [low, high] = ends;
  const x = (beta) => left + (width - left - right) * ((beta - low) / (high - low));
  const y = (gamma) => height - bottom - (height - top - bottom) * (gamma / last);
  const text = (content, attributes) => draw("text", { "text-anchor": "middle", ...attributes }, content);
  const number = (value) => String(Number(value.toPrecision(6)));
  return draw("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "which side holds more of the mass, by beta and gamma",
  },
    ...phaseAreas(sides, x, y, ends, last),
    ...ticks(low, high).map((value) => text(number(value), { x: x(value), y: height - bottom + 16 })),
    ...ticks(0, last).map((value) => text(number(value), { x: left - 6, y: y(value) + 4, "text-anchor": "end" })),
    text("beta", { x: (left + width - right) / 2, y: height - 4 }),
    text("gamma", { transform: `translate(13 ${(top + height - bottom) / 2}) rotate(-90)` }),
    ...phaseMarks(prior, x, y, ends, last));
}

