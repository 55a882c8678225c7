// Filters the findings, opens what a link points into, and opens everything for print. The page reads whole without it.
(() => {
  const rows = [...document.querySelectorAll("#findings tbody tr")];
  const form = document.querySelector(".filter");
  const out = document.querySelector(".filter output");
  const filter = () => {
    const outcome = form.elements.outcome.value;
    const severity = form.elements.severity.value;
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const keep = (!outcome || row.dataset.o === outcome) && (!severity || row.dataset.s === severity)
        && words.every((word) => text.includes(word));
      row.hidden = !keep;
      shown += keep ? 1 : 0;
    }
    out.textContent = `${shown} of ${rows.length} findings`;
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden && form) { form.reset(); filter(); }
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#'], a[*|href^='#']");
    if (link && (link.getAttribute("href") || link.getAttribute("xlink:href")) === location.hash) reveal();
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((node) => { node.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((node) => { node.open = false; }));
  reveal();
})();
