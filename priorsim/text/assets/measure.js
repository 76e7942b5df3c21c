"use strict";
/* What the explorer computes: masses, odds and crossovers of a world's cells. Pure functions; docs/measures.md
   defines the quantities, priorsim.measure is the same in Python. Masses are log2, in bits; -Infinity is none. */

const DIRECT = 0, DISGUISED = 1, SEARCH = 2;
/* Which classes stand together at the low and at the high end of every interval. */
const ENDS = [
  { direct: [DIRECT, DISGUISED], search: [SEARCH] },
  { direct: [DIRECT], search: [DISGUISED, SEARCH] },
];

/* The cells of each class by ascending t: arrays of bits, t, searches, faithful and count. */
function unpackCells(world) {
  const classes = [[], [], []];
  for (const [kind, searches, faithful, bits, excess, counts] of world.cells) {
    let steps = 0;
    excess.forEach((more, i) => {
      steps += more;
      classes[kind].push({ bits, t: steps / world.per, searches, faithful: faithful === 1, count: counts[i] });
    });
  }
  return classes.map((cells) => cells.sort((a, b) => a.t - b.t));
}

/* log2 weight of one program of a cell; the prior is {beta, gamma, lambda, tax, cap}, cap null for none. */
function log2Weight(cell, prior) {
  if (prior.cap !== null && cell.t > prior.cap) return -Infinity;
  const time = prior.gamma * Math.log2(cell.t) + prior.lambda * cell.t;
  return -prior.beta * cell.bits - time - prior.tax * cell.searches;
}

/* log2 of the sum of count * 2^term. */
function log2Sum(terms, counts) {
  let top = -Infinity;
  for (const term of terms) if (term > top) top = term;
  if (top === -Infinity) return -Infinity;
  let total = 0;
  terms.forEach((term, i) => { total += counts[i] * 2 ** (term - top); });
  return top + Math.log2(total);
}

function log2Mass(cells, prior) {
  return log2Sum(cells.map((cell) => log2Weight(cell, prior)), cells.map((cell) => cell.count));
}

/* log2 of the sum of two masses. */
function log2Add(a, b) {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log2(2 ** (a - top) + 2 ** (b - top));
}

/* log2 of a quotient; infinite where one mass is none, null where both are. */
function log2Ratio(search, direct) {
  return search === -Infinity && direct === -Infinity ? null : search - direct;
}

/* [low, high] of the log-odds of search against direct code, from the masses of the three classes. */
function logOdds(masses) {
  const joined = (kinds) => kinds.map((kind) => masses[kind]).reduce(log2Add);
  return ENDS.map((end) => log2Ratio(joined(end.search), joined(end.direct)));
}

/* Masses, odds, shares of the mass and faithful shares of classes and whole; null where nothing has mass. */
function weigh(classes, prior) {
  const masses = classes.map((cells) => log2Mass(cells, prior));
  const faithful = classes.map((cells) => log2Mass(cells.filter((cell) => cell.faithful), prior));
  const share = (part, whole) => (whole === -Infinity ? null : 2 ** (part - whole));
  const whole = masses.reduce(log2Add);
  return {
    masses,
    odds: logOdds(masses),
    shares: masses.map((mass) => share(mass, whole)),
    faithful: masses.map((mass, kind) => share(faithful[kind], mass)),
    faithfulShare: share(faithful.reduce(log2Add), whole),
  };
}

/* --- along gamma: a mass is theta -> log2 sum 2^(base - theta * feature), features log2 t, ascending and distinct */

function collect(terms) {
  const feature = [], base = [];
  for (let from = 0, to; from < terms.length; from = to) {
    let top = -Infinity, total = 0;
    for (to = from; to < terms.length && terms[to].feature === terms[from].feature; to++) {
      top = Math.max(top, terms[to].base);
    }
    if (top === -Infinity) continue;
    for (let i = from; i < to; i++) total += 2 ** (terms[i].base - top);
    feature.push(terms[from].feature);
    base.push(top + Math.log2(total));
  }
  return { feature, base };
}

/* The mass of these cells, by ascending t, as a function of gamma; the prior's other values kept. */
function alongGamma(cells, prior) {
  const without = { ...prior, gamma: 0 };
  return collect(cells.map((cell) => (
    { feature: Math.log2(cell.t), base: log2Weight(cell, without) + Math.log2(cell.count) })));
}

function joinSums(sums) {
  const terms = sums.flatMap((sum) => sum.feature.map((feature, i) => ({ feature, base: sum.base[i] })));
  return collect(terms.sort((a, b) => a.feature - b.feature));
}

/* The terms of one sum less those of equal feature in the other, where something is left. */
function beyond(sum, other, noise) {
  const theirs = new Map(other.feature.map((feature, i) => [feature, other.base[i]]));
  const feature = [], base = [];
  sum.feature.forEach((at, i) => {
    const excess = sum.base[i] - (theirs.get(at) ?? -Infinity);
    if (excess <= noise) return;
    feature.push(at);
    base.push(excess === Infinity ? sum.base[i] : sum.base[i] + Math.log2(-Math.expm1(-Math.LN2 * excess)));
  });
  return { feature, base };
}

/* log2 of the sum at theta, and the mean feature under its weights. */
function evaluate(sum, theta) {
  let top = -Infinity, total = 0, moment = 0;
  const { feature, base } = sum;
  for (let i = 0; i < base.length; i++) top = Math.max(top, base[i] - theta * feature[i]);
  for (let i = 0; i < base.length; i++) {
    const weight = 2 ** (base[i] - theta * feature[i] - top);
    total += weight;
    moment += weight * feature[i];
  }
  return [top + Math.log2(total), moment / total];
}

/* Log-odds [low, high] at each gamma, from the three classes' sums. */
function curve(sums, gammas) {
  return gammas.map((gamma) => logOdds(sums.map((sum) => (sum.base.length ? evaluate(sum, gamma)[0] : -Infinity))));
}

/* True where the slope's bounds keep the log-odds away from 0 between two points. */
function isFree(left, right, slopeLow, slopeHigh, noise) {
  let near = left.odds, far = right.odds, least = slopeLow, most = slopeHigh;
  if (near < 0 && far < 0) [near, far, least, most] = [-near, -far, -slopeHigh, -slopeLow];
  else if (!(near > 0 && far > 0)) return false;
  if (least >= 0 || most <= 0) return Math.min(near, far) > 0;
  const lowest = (near * most - far * least + least * most * (right.theta - left.theta)) / (most - least);
  return Math.min(lowest, near, far) > noise;
}

function bisect(odds, left, right) {
  let [low, high] = [left, right];
  const sign = Math.sign(odds(low));
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (Math.sign(odds(middle)) === sign) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/* Every root of the log-odds of two sums in a range, as priorsim.measure.crossover finds them: the range is halved
   until bounds on the slope, differences of class means, leave no root or one. Settings are that module's constants.
   {roots, sign, missing}: sign is that of the log-odds where there is no root; null where there are, or a side is
   empty, which is missing unless both are. */
function findRoots(searchSum, directSum, settings) {
  const { range: [low, high], resolution, noise, rounding, intervals } = settings;
  if (!searchSum.base.length || !directSum.base.length) {
    const there = [searchSum, directSum].some((sum) => sum.base.length);
    return { roots: [], sign: null, missing: there ? (searchSum.base.length ? "direct" : "search") : null };
  }
  const search = beyond(searchSum, directSum, noise), direct = beyond(directSum, searchSum, noise);
  if (!search.base.length || !direct.base.length) {
    return { roots: [], sign: Math.sign(search.base.length) - Math.sign(direct.base.length) };
  }
  const point = (theta) => {
    const [over, meanSearch] = evaluate(search, theta), [under, meanDirect] = evaluate(direct, theta);
    const near = rounding * Math.max(1, Math.abs(over), Math.abs(under));
    return { theta, odds: Math.abs(over - under) > near ? over - under : 0, search: meanSearch, direct: meanDirect };
  };
  const odds = (theta) => evaluate(search, theta)[0] - evaluate(direct, theta)[0];
  const found = [], stack = [[point(low), point(high)]];
  for (let seen = 1; stack.length; seen++) {
    const [left, right] = stack.pop();
    const slopeLow = right.direct - left.search, slopeHigh = left.direct - right.search;
    if (isFree(left, right, slopeLow, slopeHigh, noise)) continue;
    const isMonotone = slopeLow >= 0 || slopeHigh <= 0;
    if (!isMonotone && right.theta - left.theta > resolution && seen <= intervals) {
      const middle = point((left.theta + right.theta) / 2);
      stack.push([middle, right], [left, middle]);
    } else if (left.odds * right.odds < 0) {
      const root = bisect(odds, left.theta, right.theta);
      found.push([root, root]);
    } else if (isMonotone) {
      for (const end of [left, right]) if (end.odds === 0) { found.push([end.theta, end.theta]); break; }
    } else found.push([left.theta, right.theta]);
  }
  for (const end of [low, high]) if (Math.abs(point(end).odds) <= noise) found.push([end, end]);
  if (!found.length) return { roots: [], sign: Math.sign(point(low).odds) };
  return { roots: joinIntervals(found, 2 * resolution), sign: null };
}

/* Middles of the intervals in order, those that near each other made one. */
function joinIntervals(found, gap) {
  const runs = [];
  for (const [left, right] of found.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = runs.at(-1);
    if (last && left <= last[1] + gap) last[1] = Math.max(last[1], right);
    else runs.push([left, right]);
  }
  return runs.map(([left, right]) => (left + right) / 2);
}

/* gamma* at both ends. */
function crossovers(sums, settings) {
  const side = (kinds) => joinSums(kinds.map((kind) => sums[kind]));
  return ENDS.map((end) => findRoots(side(end.search), side(end.direct), settings));
}

/* How far roots have settled, from what they are at the bound and at two shorter ones: the most decimals to which the
   last two bounds agree, null where no digit does, and how they still move; as priorsim.measure.by_bound.how_settled. */
function howSettled(courses, most) {
  const [now, before] = courses;
  const agrees = (digits) => now.length === before.length
    && now.every((value, i) => value.toFixed(digits) === before[i].toFixed(digits));
  const hasDigit = (digits) => digits === most || now.every((value) => Math.abs(value) >= 10 ** -digits);
  let decimals = before === undefined ? -1 : most;
  while (decimals >= 0 && !(hasDigit(decimals) && agrees(decimals))) decimals--;
  const isOpen = decimals !== most && courses.length === 3 && courses.every((roots) => roots.length === now.length);
  const moves = (sign) => isOpen && courses.slice(1).every((roots, i) => (
    roots.every((value, root) => sign * (courses[i][root] - value) > 0)));
  return { decimals: decimals < 0 ? null : decimals, still: moves(1) ? "rising" : moves(-1) ? "falling" : null };
}
