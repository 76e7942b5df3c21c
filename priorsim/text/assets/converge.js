/* --- where the sum of 2^(-beta l - tax s) over all programs of a language converges -----------------------------
   As priorsim.census.summability tells in Python, which says why. A language is, by how many binders there are around,
   its symbols: [bits, how many, children under the same binders, children under one more, is a search node]. */

/* A coefficient above 2^this leaves no root. */
const LARGEST_EXPONENT = 1000;

/* log2 of the least root of x = c0 + c1 x + c2 x^2 + c3 x^3; Infinity where there is no positive one. */
function leastRoot(log2Coefficients) {
  const unit = log2Coefficients[0];
  const scaled = [1, 2, 3].map((power) => log2Coefficients[power] + (power - 1) * unit);
  if (Math.max(...scaled) > LARGEST_EXPONENT) return Infinity;
  const [first, second, third] = scaled.map((exponent) => 2 ** exponent);
  if (first >= 1) return Infinity;
  const excess = (y) => 1 + y * (first - 1 + y * (second + y * third));
  const slope = (y) => first - 1 + y * (2 * second + 3 * y * third);
  const bend = second + Math.sqrt(second * second + 3 * third * (1 - first));
  if (bend > 0 && excess((1 - first) / bend) > 0) return Infinity;
  let y = 1;
  for (let nearer; slope(y) < 0 && (nearer = y - excess(y) / slope(y)) > y;) y = nearer;
  return unit + Math.log2(y);
}

function converges(language, beta, tax) {
  let inner = -Infinity;
  for (const symbols of [...language].reverse()) {
    const terms = [[], [], [], []];
    for (const [bits, choices, same, nested, isSearch] of symbols) {
      const below = nested ? nested * inner : 0, paid = isSearch ? tax : 0;
      terms[same].push(Math.log2(choices) - beta * bits + below - paid);
    }
    inner = leastRoot(terms.map((exponents) => log2Sum(exponents, exponents.map(() => 1))));
    if (inner === Infinity) return false;
  }
  return true;
}

/* The least float at which something holds that holds at `high` and not at `low`. */
function leastThat(holds, low, high) {
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/* The least beta at a search tax of at least 0. */
function leastBeta(language, tax) {
  return leastThat((beta) => converges(language, beta, tax), 0, 1);
}

/* The least search tax at this beta; -Infinity without search nodes, Infinity where none helps. */
function leastTax(language, beta) {
  if (!language[0].some((symbol) => symbol[4])) return converges(language, beta, 0) ? -Infinity : Infinity;
  if (!converges(language, beta, Infinity)) return Infinity;
  let low = -1, high = 1;
  while (converges(language, beta, low)) low *= 2;
  while (!converges(language, beta, high)) high *= 2;
  return leastThat((tax) => converges(language, beta, tax), low, high);
}
