/* --- explorer: numbers in words --------------------------------------------------------------------------------- */

const fixed = (value, digits) => value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");

function formatOdds([low, high]) {
  const word = (value) => {
    return value !== null && Number.isFinite(value) ? fixed(value, 2) : "unknown";
  };
  if (low === Infinity || high === -Infinity) return "unknown";
  const [a, b] = [word(low), word(high)];
  return a === b ? a : `[${a}, ${b}]`;
}

const withinText = (prior, world) => `up to ${world.bound} bits${prior.cap === null ? "" : " and within the cap"}`;

function whoWins([low, high], prior, world) {
  const within = withinText(prior, world);
  if (low === null && high === null) return `unknown: no program ${within}`;
  if (low === Infinity) return `unknown: no direct program ${within}`;
  if (high === -Infinity) return `unknown: no search program ${within}`;
  if (low === -Infinity) return "the only search is disguised";
  if (high === Infinity) return "the only direct code is disguised";
  if (low > 0) return "search outweighs direct code";
  if (high < 0) return "direct code outweighs search";
  return low === high ? "even" : "the disguised programs decide";
}

function formatShare(value) {
  if (value === null) return "none";
  if (value === 0 || value === 1) return String(value);
  if (value >= 0.9995) return "> 0.999";
  return value >= 0.0005 ? fixed(value, 3) : value.toExponential(1).replace("-", "\u2212");
}

/* The digits on which the last two bounds agree, or about one digit; as priorsim.text.by_bound.settled_text. */
function settledText(courses) {
  const { decimals, still } = howSettled(courses, DATA.by_bound.decimals), [now] = courses;
  const about = () => `about ${now.map((value) => String(Number(value.toPrecision(1)))).join(", ")}`;
  const said = decimals === null ? about() : now.map((value) => fixed(value, decimals)).join(", ");
  return still === null ? said : `${said}, still ${still}`;
}

function formatRoots({ roots, sign, missing }, courses, [low, high], within) {
  if (roots.length) return settledText(courses);
  if (missing) return `unknown: no ${missing} program ${within}`;
  if (sign === null) return `unknown: no program ${within}`;
  return `none in [${low}, ${high}], the log-odds ${["stay negative", "are 0 throughout", "stay positive"][sign + 1]}`;
}

const formatCount = (count) => (count < 1e15 ? count.toLocaleString("en") : count.toExponential(3));

/* --- explorer: results ------------------------------------------------------------------------------------------ */

/* Odds, bar and classes of a world under a prior, in the places whose ids begin with the prefix. */
function showSide(prefix, found, prior, world) {
  const odds = byId(`${prefix}odds`);
  odds.textContent = `${formatOdds(found.odds)}${found.odds.some(Number.isFinite) ? " bits" : ""}`;
  [odds.dataset.low, odds.dataset.high] = found.odds.map(String);
  byId(`${prefix}says`).textContent = whoWins(found.odds, prior, world);
  showBar(byId(`${prefix}bar`), found);
  byId(`${prefix}classes`).replaceChildren(...DATA.classes.map((name, kind) => {
    const share = make("td", { "data-share": String(found.shares[kind]) }, formatShare(found.shares[kind]));
    const faithful = make("td", { "data-faithful": String(found.faithful[kind]) }, formatShare(found.faithful[kind]));
    const least = world.shortest[kind] ?? `none up to ${world.bound}`;
    return make("tr", {}, make("th", { scope: "row" }, name), share, faithful, make("td", {}, String(least)),
      make("td", {}, formatCount(world.programs[kind])));
  }));
}

function showBar(bar, found) {
  const words = DATA.classes.map((name, kind) => `${name} ${formatShare(found.shares[kind])}`);
  bar.setAttribute("aria-label", `shares of the fitting mass: ${words.join(", ")}`);
  bar.replaceChildren(...DATA.classes.map((name, kind) => {
    const part = make("span", { class: name, title: words[kind] });
    part.style.width = `${100 * (found.shares[kind] ?? 0)}%`;
    return part;
  }));
}

function showResults(found, along, prior, world) {
  showSide("", found, prior, world);
  const lanes = world.lanes === 1 ? "1 lane" : `${world.lanes} lanes`;
  byId("about").textContent = [
    world.description, `dialect ${world.dialect}, words of ${world.word_bits} bits`,
    `${lanes}, ${world.held_out || "none"} held out`, `classes by ${world.class_by}`,
    `every code-only program up to B = ${world.bound} bits`,
  ].join("; ");
  byId("legend").replaceChildren(...DATA.classes.map((name) => make("span", {}, make("i", { class: name }), name)));
  byId("faithful").textContent = world.held_out === 0 ? "No lane is held out: whatever fits is faithful."
    : `Right on the ${world.held_out} held-out lanes too: ${formatShare(found.faithfulShare)} of the fitting mass.`;
  const ends = [["disguised as direct", 0], ["disguised as search", 1]];
  byId("crossovers").replaceChildren(...ends.flatMap(([name, end]) => {
    const value = make("dd", { "data-roots": JSON.stringify(along.crossovers[end].roots) });
    value.textContent = formatRoots(along.crossovers[end], along.courses[end], DATA.roots.range, withinText(prior, world));
    return [make("dt", {}, `gamma*, ${name}`), value];
  }));
  byId("lacking").textContent = world.lacking;
  byId("plot").replaceChildren(plot(along, prior.gamma));
  showPrograms(world);
  announce(`Log-odds ${formatOdds(found.odds)}: ${whoWins(found.odds, prior, world)}`);
}

/* A shortest program of each class, with what it says where that is more than the program. */
function showPrograms(world) {
  const shown = DATA.classes.flatMap((name, kind) => {
    const program = world.witnesses[kind], said = world.glosses[kind];
    if (program === null) return [];
    const gloss = said === program ? [] : [make("span", { class: "gloss" }, said)];
    return [make("dt", {}, `${name}, ${world.shortest[kind]} bits`), make("dd", {}, make("code", {}, program), ...gloss)];
  });
  byId("programs").replaceChildren(...shown);
  byId("witnesses").hidden = !shown.length;
}

/* Spoken once the controls rest, so that moving a slider does not queue up sentences. */
function announce(text) {
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { byId("live").textContent = text; }, 500);
}

/* --- explorer: log-odds against gamma --------------------------------------------------------------------------- */

const FRAME = { width: 520, height: 250, left: 52, right: 12, top: 12, bottom: 38 };

/* About five round numbers from low to high. */
function ticks(low, high) {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const from = Math.ceil(low / step), to = Math.floor(high / step);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => (from + i) * step);
}

/* The two curves as points "x y" of the picture; an end that is one-sided or unknown has fewer or none. */
function curvePoints(gammas, odds, x, y) {
  return ENDS.map((_, end) => gammas.flatMap((gamma, i) => (
    Number.isFinite(odds[i][end]) ? [`${x(gamma).toFixed(2)} ${y(odds[i][end]).toFixed(2)}`] : [])));
}

function plotAxes(last, [low, high], x, y) {
  const { width, height, left, right, top, bottom } = FRAME;
  const text = (content, attributes) => draw("text", { "text-anchor": "middle", ...attributes }, content);
  return [
    ...ticks(0, last).map((value) => text(String(value), { x: x(value), y: height - bottom + 16 })),
    ...ticks(low, high).flatMap((value) => [
      draw("path", { class: value === 0 ? "zero" : "grid", d: `M${left} ${y(value).toFixed(2)}H${width - right}` }),
      text(String(Number(value.toPrecision(6))).replace("-", "\u2212"), {
        x: left - 6, y: y(value) + 4, "text-anchor": "end",
      }),
    ]),
    text("gamma", { x: (left + width - right) / 2, y: height - 4 }),
    text("log-odds, bits", { transform: `translate(13 ${(top + height - bottom) / 2}) rotate(-90)` }),
  ];
}

function plot({ gammas, curve: odds, crossovers: found }, gamma) {
  const values = odds.flat().filter(Number.isFinite);
  if (!values.length) return make("p", { class: "quiet" }, "No curve: the odds are one-sided at every gamma.");
  const { width, height, left, right, top, bottom } = FRAME, last = gammas.at(-1);
  const extremes = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = Math.max(0.05, 0.04 * (extremes[1] - extremes[0]));
  const [low, high] = [extremes[0] - margin, extremes[1] + margin];
  const x = (value) => left + (width - left - right) * (value / last);
  const y = (value) => top + (height - top - bottom) * ((high - value) / (high - low));
  const lines = curvePoints(gammas, odds, x, y);
  const band = lines.every((line) => line.length) ? [...lines[0], ...[...lines[1]].reverse()] : [];
  const path = (kind, d) => draw("path", { class: kind, d });
  const marks = lines.flatMap((line, end) => (line.length ? [path(`line end${end}`, `M${line.join("L")}`)] : []));
  if (band.length) marks.unshift(path("band", `M${band.join("L")}Z`));
  if (gamma <= last) marks.push(path("now", `M${x(gamma).toFixed(2)} ${top}V${height - bottom}`));
  const roots = found.flatMap((end) => end.roots);
  marks.push(...roots.map((root) => draw("circle", { class: "root", cx: x(root), cy: y(0), r: 4 })));
  const label = "log-odds against gamma, the other penalties as set";
  const axes = plotAxes(last, [low, high], x, y);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...axes, ...marks);
}
