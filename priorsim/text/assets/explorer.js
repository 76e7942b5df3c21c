/* --- explorer: controls and state -------------------------------------------------------------------------------
   The address keeps the state: #world=NAME&beta=..&gamma=..&lambda=..&tax=..&cap=.., where tax may be spelled
   delta, and what is kept beside it by the same names behind "beside.". */

const DATA = JSON.parse(byId("data").textContent);
const HINTS = {
  beta: "bits for a bit of length",
  gamma: "bits for a doubling of the time",
  lambda: "bits for a step",
  tax: "bits for a search node",
  cap: "most steps a lane, empty for none",
};
const PARAMETERS = Object.keys(HINTS);
const CURVE_PLACES = 160;
/* Powers of ten along a slider that has its least value at the left end; one without is linear. */
const DECADES = { beta: 2, gamma: 3, lambda: 4 };
const SLIDER_PLACES = 400;

const state = { world: null, ...DATA.priors[0].values };
let kept = null;
const fields = {};
const memo = { cells: new Map(), key: null, along: null, planeKey: null, plane: null };
const worlds = new Map();

/* A slider's values from end to end; that of beta begins where the prior converges. */
function sliderEnds(name) {
  const [low, high] = DATA.sliders[name];
  return [low ?? roundedUp(leastBeta(worlds.get(state.world).symbols, Math.max(state.tax, 0))), high];
}

function fromSlider(name, place) {
  if (!(name in DECADES)) return place;
  const [low, high] = sliderEnds(name);
  if (place === 0 || place === SLIDER_PLACES) return place === 0 ? low : high;
  const above = (high - low) * 10 ** (DECADES[name] * (place / SLIDER_PLACES - 1));
  return Number((low + Number(above.toPrecision(2))).toFixed(6));
}

function toSlider(name, value) {
  if (!(name in DECADES)) return value;
  const [low, high] = sliderEnds(name);
  if (value <= low) return 0;
  const place = SLIDER_PLACES * (1 + Math.log10((value - low) / (high - low)) / DECADES[name]);
  return Math.max(1, Math.round(place));
}

/* What is wrong with a value whatever the others are, or null; the rules are priorsim.priors'. A cap may be null. */
function problemWith(name, value) {
  if (name === "cap" && value === null) return null;
  if (value === null || !(Math.abs(value) <= 1e9)) return `${name}: give a number`;
  const least = { gamma: 0, lambda: 0, cap: 1 }[name] ?? -Infinity;
  return value >= least ? null : `${name} is ${value}: give at least ${least}`;
}

/* Bounds as they are offered: no digit is left out that would take one out of the range. */
const roundedUp = (bound) => Math.ceil(1000 * bound) / 1000;

/* Why the sum over all programs diverges, or null; the rule is priorsim.measure.mass.check_convergence. */
function divergence({ beta, tax }, { symbols, dialect, word_bits: wordBits }) {
  if (converges(symbols, beta, tax)) return null;
  const what = `the mass of all programs of dialect ${dialect} with ${wordBits}-bit words does not converge`;
  const least = leastBeta(symbols, Math.max(tax, 0));
  if (beta < least) return `beta is ${beta}: below ${least.toFixed(4)} ${what}: give at least ${roundedUp(least)}`;
  const lowest = leastTax(symbols, beta);
  return `tax is ${tax}: below ${lowest.toFixed(4)} bits a search node, at a beta of ${beta}, ${what}: `
    + `give at least ${roundedUp(lowest)}, or a greater beta`;
}

function say(text) {
  byId("problem").textContent = text;
}

/* Take a value over and show what follows, or say why not and leave everything as it is. */
function change(name, value) {
  const problem = problemWith(name, value) ?? divergence({ ...state, [name]: value }, worlds.get(state.world));
  fields[name].number.setAttribute("aria-invalid", String(problem !== null));
  say(problem ?? "");
  if (problem !== null) return;
  state[name] = value;
  show();
  keepAddress();
}

function chooseWorld(name) {
  state.world = name;
  const { symbols } = worlds.get(name), raised = [];
  const raise = (parameter, bound) => {
    if (state[parameter] >= bound) return;
    state[parameter] = roundedUp(bound);
    raised.push(`${parameter} was raised to ${state[parameter]}, the least that converges for this world's language`);
  };
  raise("beta", leastBeta(symbols, Math.max(state.tax, 0)));
  raise("tax", leastTax(symbols, state.beta));
  say(raised.join("; "));
  show();
  keepAddress();
}

/* A prior that leaves a value open keeps the one that is set, or starts where it is told to. */
function choosePrior(prior) {
  const isSet = { beta: state.beta > 1, lambda: state.lambda > 0, cap: state.cap !== null };
  const open = Object.entries(prior.starts).map(([name, start]) => [name, isSet[name] ? state[name] : start]);
  Object.assign(state, prior.values, Object.fromEntries(open));
  say("");
  show();
  keepAddress();
}

/* Whether the state is this named prior; what it leaves open must differ from the value without it. */
function isChosen(prior) {
  return PARAMETERS.every((name) => (name in prior.starts) !== (state[name] === prior.values[name]));
}

function buildControls() {
  const groups = new Map();
  for (const world of worlds.values()) {
    if (!groups.has(world.family)) groups.set(world.family, make("optgroup", { label: world.family }));
    groups.get(world.family).append(make("option", { value: world.name }, world.name));
  }
  byId("world").append(...groups.values());
  byId("world").addEventListener("change", (event) => chooseWorld(event.target.value));
  for (const prior of DATA.priors) {
    const button = make("button", { type: "button", title: prior.description, "data-prior": prior.name }, prior.name);
    button.addEventListener("click", () => choosePrior(prior));
    byId("priors").append(button);
  }
  byId("sliders").append(...PARAMETERS.map(buildField));
  byId("keep").addEventListener("click", () => keep({ ...state }));
  byId("release").addEventListener("click", () => keep(null));
}

function buildField(name) {
  const number = make("input", {
    type: "number", id: `${name}-number`, step: "any", inputmode: "decimal", "aria-describedby": "problem",
  });
  const hint = make("span", { class: "quiet" }, HINTS[name]);
  const label = make("label", { for: `${name}-number` }, make("b", {}, name), " ", hint);
  const row = make("div", { class: "field" }, label, number);
  fields[name] = { number };
  number.addEventListener("input", () => change(name, number.value === "" ? null : number.valueAsNumber));
  /* What was refused is set back once it is entered; the reason stays. */
  number.addEventListener("change", () => {
    number.value = state[name] ?? "";
    number.setAttribute("aria-invalid", "false");
  });
  if (name in DATA.sliders) {
    const [min, max] = name in DECADES ? [0, SLIDER_PLACES] : DATA.sliders[name];
    const step = name in DECADES ? 1 : 0.25;
    const slider = make("input", { type: "range", id: name, min, max, step, "aria-label": `${name}, ${HINTS[name]}` });
    slider.addEventListener("input", () => change(name, fromSlider(name, slider.valueAsNumber)));
    slider.addEventListener("change", showControls);
    fields[name].slider = slider;
    row.append(slider);
  }
  return row;
}

function showControls() {
  byId("world").value = state.world;
  for (const [name, { number, slider }] of Object.entries(fields)) {
    number.setAttribute("aria-invalid", "false");
    if (document.activeElement !== number) number.value = state[name] ?? "";
    if (!slider) continue;
    if (name === "beta") [number.min] = sliderEnds(name);
    slider.value = toSlider(name, state[name]);
    slider.setAttribute("aria-valuetext", String(state[name]));
  }
  const chosen = DATA.priors.filter(isChosen);
  for (const button of byId("priors").children) {
    button.setAttribute("aria-pressed", String(chosen.some((prior) => prior.name === button.dataset.prior)));
  }
  byId("prior-text").textContent = chosen.length ? chosen[0].description : "No named prior has these values.";
}

/* Crossovers and curve, which depend on everything but gamma, kept while only gamma moves. The curve goes on to the
   first of 2, 4 and 8 that leaves room beyond every crossover and the gamma that is set. */
function alongOf(classes, prior, world) {
  const key = JSON.stringify([world.name, { ...prior, gamma: 0 }]);
  if (memo.key !== key) {
    const sums = classes.map((cells) => alongGamma(cells, prior));
    const now = crossovers(sums, DATA.roots);
    memo.along = { sums, crossovers: now, courses: rootsByBound(classes, prior, world, now) };
    memo.key = key;
  }
  const { along } = memo, reach = DATA.roots.range[1];
  const wanted = Math.max(prior.gamma, ...along.crossovers.flatMap(({ roots }) => roots.map((root) => 1.25 * root)));
  const last = [reach / 4, reach / 2].find((end) => wanted <= end) ?? reach;
  if (along.gammas?.at(-1) !== last) {
    along.gammas = Array.from({ length: CURVE_PLACES + 1 }, (_, i) => last * (i / CURVE_PLACES));
    along.curve = curve(along.sums, along.gammas);
  }
  return along;
}

/* The roots at both ends at the bound, then at shorter ones; only those at the bound where there are none. */
function rootsByBound(classes, prior, world, now) {
  const atBound = (bound) => (
    crossovers(classes.map((cells) => alongGamma(cells.filter(({ bits }) => bits <= bound), prior)), DATA.roots));
  const shorter = now.some(({ roots }) => roots.length) ? DATA.by_bound.steps.map((step) => world.bound - step) : [];
  const all = [now, ...shorter.filter((bound) => bound > 0).map(atBound)];
  return ENDS.map((_, end) => all.map((crossed) => crossed[end].roots));
}

function cellsOf(world) {
  if (!memo.cells.has(world.name)) memo.cells.set(world.name, unpackCells(world));
  return memo.cells.get(world.name);
}

function show() {
  const world = worlds.get(state.world), classes = cellsOf(world);
  const prior = Object.fromEntries(PARAMETERS.map((name) => [name, state[name]]));
  showControls();
  showResults(weigh(classes, prior), alongOf(classes, prior, world), prior, world);
  byId("plane").replaceChildren(phaseOf(classes, prior, world));
  showKept();
}

/* The world and prior that were kept, beside those that are set. */
function showKept() {
  byId("kept").hidden = kept === null;
  byId("panel").classList.toggle("paired", kept !== null);
  if (kept === null) return;
  const world = worlds.get(kept.world), values = PARAMETERS.filter((name) => kept[name] !== null);
  byId("kept-name").textContent = `${kept.world}; ${values.map((name) => `${name} ${kept[name]}`).join(", ")}`;
  showSide("kept-", weigh(cellsOf(world), kept), kept, world);
}

function keep(what) {
  kept = what;
  showKept();
  keepAddress();
}

function addressText() {
  const isSet = ([, value]) => value !== null;
  const within = (prefix, what) => Object.entries(what).filter(isSet).map(([name, value]) => `${prefix}${name}=${value}`);
  return `#${[...within("", state), ...(kept === null ? [] : within("beside.", kept))].join("&")}`;
}

/* Browsers refuse an address that is changed too often. */
function keepAddress() {
  clearTimeout(keepAddress.timer);
  keepAddress.timer = setTimeout(() => history.replaceState(null, "", addressText()), 400);
}

/* The state that an address holds, and what is wrong with it. */
function readState(given) {
  const found = { world: state.world, ...DATA.priors[0].values };
  const problems = [], name = given.get("world") ?? state.world;
  if (worlds.has(name)) found.world = name;
  else problems.push(`world ${name} is not on this page`);
  for (const parameter of PARAMETERS.filter((each) => given.get(each))) {
    const value = Number(given.get(parameter)), problem = problemWith(parameter, value);
    if (problem === null) found[parameter] = value;
    else problems.push(problem);
  }
  const problem = divergence(found, worlds.get(found.world));
  if (problem !== null) {
    problems.push(problem);
    for (const parameter of ["beta", "tax"]) found[parameter] = DATA.priors[0].values[parameter];
  }
  return { found, problems };
}

/* Take over what the address holds; false where it holds nothing. */
function readAddress() {
  const given = [...new URLSearchParams(location.hash.slice(1).replaceAll(/\bdelta=/g, "tax="))];
  const [beside, here] = [true, false].map((isBeside) => new Map(given.flatMap(([name, value]) => (
    name.startsWith("beside.") === isBeside ? [[name.replace("beside.", ""), value]] : []))));
  if (!["world", ...PARAMETERS].some((name) => here.has(name))) return false;
  const now = readState(here), other = beside.size ? readState(beside) : { found: null, problems: [] };
  Object.assign(state, now.found);
  kept = other.found;
  say([...now.problems, ...other.problems].join("; "));
  return true;
}

function startExplorer(opensOn) {
  if (!worlds.size) return;
  state.world = worlds.has(opensOn) ? opensOn : worlds.keys().next().value;
  buildControls();
  byId("panel").hidden = false;
  const follow = () => {
    const isAsked = readAddress();
    if (isAsked) byId("explorer").scrollIntoView();
    return isAsked;
  };
  follow();
  show();
  addEventListener("hashchange", () => { if (follow()) show(); });
}

/* What the page holds compressed: the explorer's worlds, the cells of every claim, the figures with their numbers, and
   the curves of growth. */
async function unpack() {
  const unpacked = new Blob([bytesOf(byId("packed").textContent)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(unpacked).text());
}

/* Python's base 85, with a comma for the < of its digits: five of them are four bytes. */
const BASE85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";

function bytesOf(text) {
  const digits = [], last = BASE85.length - 1, words = new DataView(new ArrayBuffer(4 * Math.ceil(text.length / 5)));
  for (let i = 0; i <= last; i++) digits[BASE85.charCodeAt(i)] = i;
  for (let from = 0, to = 0; from < text.length; from += 5, to += 4) {
    let word = 0;
    for (let i = from; i < from + 5; i++) word = 85 * word + (digits[text.charCodeAt(i)] ?? last);
    words.setUint32(to, word);
  }
  return new Uint8Array(words.buffer, 0, Math.floor((4 * text.length) / 5));
}

/* The first figure's drawing stands in the page. */
function showFigures(figures) {
  const uri = (type, text) => `data:${type},${encodeURIComponent(text)}`;
  for (const [name, files] of Object.entries(figures)) {
    const image = document.querySelector(`img[data-figure="${name}"]`);
    if (files.svg) image.src = uri("image/svg+xml", files.svg);
    const addresses = { svg: image.src, ...(files.csv ? { csv: uri("text/csv", files.csv) } : {}) };
    const downloads = document.querySelector(`[data-downloads="${name}"]`);
    downloads.append(...Object.entries(addresses).flatMap(([ending, href]) => (
      [" ", make("a", { href, download: `${name}.${ending}` }, ending.toUpperCase())])));
    const world = [...worlds.keys()].find((each) => name.endsWith(`-${each}`));
    if (world) downloads.append(" ", make("a", { href: `#world=${world}` }, "in the explorer"));
  }
}

async function start() {
  let found;
  try {
    found = await unpack();
  } catch (problem) {
    byId("unpacking").textContent = `This browser cannot unpack the figures and the explorer: ${problem.message}`;
    return;
  }
  for (const world of found.worlds) worlds.set(world.name, world);
  showFigures(found.figures);
  startGrowth(found.curves);
  for (const place of document.querySelectorAll("[data-cells]")) place.innerHTML = found.cells[place.dataset.cells];
  startExplorer(found.opens_on);
}

startClaims();
const started = start();
