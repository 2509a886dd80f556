// What makes the desk's pages live: regions that fetch themselves anew, clocks that tick, forms that answer.
(() => {
  "use strict";
  const token = document.documentElement.dataset.token || "";

  const say = (text, bad) => {
    const note = document.createElement("div");
    note.className = bad ? "note bad" : "note";
    note.setAttribute("role", bad ? "alert" : "status");
    note.textContent = text;
    document.querySelector(".notes")?.append(note);
    setTimeout(() => note.remove(), bad ? 8000 : 4000);
  };

  // Clocks: data-since counts up from an instant, data-until counts down to one.
  const span = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return `${s}s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${String(s % 60).padStart(2, "0")}s`;
    if (s < 86400) return `${Math.floor(s / 3600)}h ${String(Math.floor(s / 60) % 60).padStart(2, "0")}m`;
    return `${Math.floor(s / 86400)}d ${Math.floor(s / 3600) % 24}h`;
  };
  const tick = () => {
    const now = Date.now();
    for (const it of document.querySelectorAll("[data-since]")) {
      const text = span(now - Number(it.dataset.since));
      if (it.textContent !== text) it.textContent = text;
    }
    for (const it of document.querySelectorAll("[data-until]")) {
      const left = Number(it.dataset.until) - now;
      if (it.dataset.of) it.style.width = `${Math.max(0, Math.min(100, (100 * left) / Number(it.dataset.of)))}%`;
      else it.textContent = span(left);
    }
    for (const it of document.querySelectorAll("time[data-at]")) {
      if (it.dataset.done) continue;
      const at = new Date(Number(it.dataset.at));
      const today = new Date().toDateString() === at.toDateString();
      const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: it.dataset.s ? "2-digit" : undefined });
      it.textContent = today ? time : `${at.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
      it.title = at.toLocaleString();
      it.dataset.done = "1";
    }
  };
  tick();
  setInterval(tick, 1000);

  // Regions.
  const fresh = new Map();
  const refresh = async (region) => {
    const from = region.dataset.live;
    if (!from) return;
    const answer = await fetch(from, { headers: { "x-fragment": "1" }, credentials: "same-origin" });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (!answer.ok) return;
    const text = await answer.text();
    if (region.dataset.live !== from || fresh.get(region) === text) return;
    if (region.contains(document.activeElement) && /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    const held = region.contains(document.activeElement) ? document.activeElement.id : "";
    fresh.set(region, text);
    region.innerHTML = text;
    if (held) document.getElementById(held)?.focus();
    region.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
    tick();
  };
  const all = () => Promise.allSettled([...document.querySelectorAll("[data-live]")].map(refresh));
  if (document.querySelector("[data-live]")) {
    let busy = false, again = false;
    const change = async () => {
      if (busy) { again = true; return; }
      busy = true;
      do { again = false; await all(); } while (again);
      busy = false;
    };
    const events = new EventSource("/events");
    events.addEventListener("change", change);
    events.addEventListener("open", () => { document.body.classList.remove("offline"); change(); });
    events.addEventListener("error", () => document.body.classList.add("offline"));
    addEventListener("pagehide", () => events.close());
    // What changes by the clock alone.
    setInterval(change, 15000);
  }

  // Filters: a form whose answers are a region's address.
  const filter = document.querySelector("form[data-filter]");
  if (filter) {
    const region = document.querySelector(filter.dataset.filter);
    const apply = () => {
      const asked = new URLSearchParams([...new FormData(filter)].filter(([, value]) => value));
      const path = location.pathname;
      history.replaceState(null, "", asked.size ? `${path}?${asked}` : path);
      region.dataset.live = `${path}/rows?${asked}`;
      refresh(region);
    };
    let wait;
    filter.addEventListener("input", (event) => {
      clearTimeout(wait);
      wait = setTimeout(apply, event.target.type === "search" ? 200 : 0);
    });
    filter.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  }

  // Forms that answer in place.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.plain !== undefined) return;
    event.preventDefault();
    if (form.dataset.sure && !confirm(form.dataset.sure)) return;
    const button = event.submitter;
    const body = new URLSearchParams(new FormData(form, button));
    body.set("token", token);
    if (button) button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "x-desk": "1" }, credentials: "same-origin" });
      const said = await answer.json().catch(() => ({ message: "the desk gave no answer" }));
      if (answer.ok && said.to) return location.assign(said.to);
      say(said.message || (answer.ok ? "Done" : "It was not done"), !answer.ok);
      if (answer.ok) { form.closest("dialog")?.close(); form.dataset.keep === undefined && form.reset(); await all(); }
    } catch {
      say("The desk can't be reached.", true);
    } finally {
      if (button) button.disabled = false;
    }
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.querySelector(opener.dataset.open)?.showModal();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, form")) location.assign(row.dataset.href);
  });

  // A local time in a form goes out in UTC.
  document.addEventListener("formdata", (event) => {
    for (const it of event.target.querySelectorAll("input[type=datetime-local]")) {
      if (it.value) event.formData.set(it.name, new Date(it.value).toISOString());
    }
  });
})();
