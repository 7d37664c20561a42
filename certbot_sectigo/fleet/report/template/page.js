(() => {
  const box = document.getElementById("q");
  const hits = document.getElementById("hits");
  const parts = [...document.querySelectorAll("[data-s]")].map((element) => ({
    element, text: element.textContent.toLowerCase(), host: element.id[0] === "h",
    kind: element.closest(".kind"), open: element.open,
  }));
  const kinds = [...document.querySelectorAll(".kind")].map((e) => ({ e, open: e.open }));
  box.hidden = false;

  function find() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const live = new Map();
    const found = parts.filter((part) => words.every((word) => part.text.includes(word)));
    const shown = new Set(found);
    const hosts = found.filter((part) => part.host);
    for (const part of parts) {
      part.element.hidden = !shown.has(part);
      if (part.host) part.element.open = part.open || (words.length > 0 && hosts.length < 4);
      else if (shown.has(part)) live.set(part.kind, (live.get(part.kind) || 0) + 1);
    }
    for (const { e, open } of kinds) {
      e.hidden = !live.get(e);
      e.open = open || (words.length > 0 && found.length - hosts.length < 10);
      e.querySelector(".count").textContent = live.get(e) || 0;
    }
    hits.textContent = words.length
      ? `${hosts.length} host(s), ${found.length - hosts.length} finding(s)` : "";
  }

  function follow() {
    const to = location.hash.slice(1);
    if (to.startsWith("q=")) {
      try { box.value = decodeURIComponent(to.slice(2)); } catch { box.value = to.slice(2); }
      find();
      return;
    }
    const target = to && document.getElementById(to);
    if (!target) return;
    if (target.hidden) { box.value = ""; find(); }
    for (let e = target; e; e = e.parentElement) if (e.localName === "details") e.open = true;
    target.scrollIntoView();
  }

  let wait;
  box.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      find();
      history.replaceState(null, "", box.value ? `#q=${encodeURIComponent(box.value)}` : "#");
    }, 120);
  });
  addEventListener("hashchange", follow);
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const e of folded) e.open = true;
  });
  addEventListener("afterprint", () => { for (const e of folded) e.open = false; });
  follow();
})();
