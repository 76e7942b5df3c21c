/* --- elements --------------------------------------------------------------------------------------------------- */

const byId = (id) => document.getElementById(id);

/* An element with attributes and children; text children need no escaping. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function draw(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/* --- claims --------------------------------------------------------------------------------------------------- */

function startClaims() {
  const table = byId("claims-table");
  const heads = [...table.querySelectorAll("th[aria-sort]")];
  const claims = [...table.querySelectorAll("tbody.claim")];
  const boxes = [...byId("filters").querySelectorAll("input[name=verdict]")];
  const opener = (claim) => claim.querySelector("button.opens");
  const isOpen = (claim) => claim.classList.contains("open");
  const open = (claim, yes) => {
    claim.classList.toggle("open", yes);
    opener(claim).setAttribute("aria-expanded", String(yes));
  };
  const filter = () => {
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const wanted = byId("find").value.trim().toLowerCase();
    for (const claim of claims) {
      claim.hidden = !verdicts.has(claim.dataset.value) || !claim.textContent.toLowerCase().includes(wanted);
    }
    byId("shown").textContent = `${claims.filter((claim) => !claim.hidden).length} of ${claims.length} claims`;
  };
  const sort = (head) => {
    const turn = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
    for (const each of heads) each.setAttribute("aria-sort", each === head ? turn : "none");
    const key = head.querySelector("button").dataset.key, sign = turn === "descending" ? -1 : 1;
    const order = (a, b) => Number(a.dataset.order) - Number(b.dataset.order);
    const by = key === "verdict" ? (a, b) => Number(a.dataset.verdict) - Number(b.dataset.verdict)
      : (a, b) => a.dataset[key].localeCompare(b.dataset[key], "en");
    table.append(...[...claims].sort(turn === "none" ? order : (a, b) => sign * by(a, b) || order(a, b)));
  };
  for (const claim of claims) {
    open(claim, false);
    claim.querySelector("tr.row").addEventListener("click", (event) => {
      if (!event.target.closest("a") && !String(getSelection())) open(claim, !isOpen(claim));
    });
  }
  for (const head of heads) head.firstChild.addEventListener("click", () => sort(head));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", filter);
  byId("open-all").addEventListener("click", (event) => {
    const yes = !claims.every(isOpen);
    for (const claim of claims) open(claim, yes);
    event.target.textContent = yes ? "Close all" : "Open all";
  });
  const follow = () => {
    const claim = claims.find((each) => `#${each.id}` === location.hash);
    if (!claim) return;
    claim.hidden = false;
    open(claim, true);
    claim.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  filter();
  follow();
}

