"use strict";
// Draws the numbers of the page. Every picture is drawn for the width it has, so that its text stays readable.
const data = JSON.parse(document.getElementById("numbers").textContent);
const { scale, runs } = data;
const colours = [["var(--one)", "var(--one-soft)"], ["var(--two)", "var(--two-soft)"]];
const activities = [
  ["", ""], ["not ready", "var(--away)"], ["free", "var(--idle)"], ["wrap-up", "var(--wrap)"],
  ["dialling", "var(--ring)"], ["talking", "var(--talk)"],
];
const $ = (id) => document.getElementById(id);
const several = runs.length > 1;
// Of several runs each has a letter and a colour, in every picture.
runs.forEach((run, index) => { run.letter = String.fromCharCode(65 + index); run.colour = colours[index % 2][0]; });
const named = (run) => several ? `${run.letter}  ${run.label}` : run.label;

function make(parent, tag, attributes = {}, text) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}
function draw(parent, tag, attributes = {}, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}
const sum = (list) => list.reduce((total, value) => total + value, 0);
const number = (value) => value.toLocaleString("en");
const percent = (share) => share === null || share === undefined ? "–" : (share * 100).toFixed(1) + " %";
function time(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return seconds.toFixed(1) + " s";
  if (seconds < 60) return Math.round(seconds) + " s";
  const whole = Math.round(seconds);
  if (whole >= 600 && whole < 3600) return (seconds / 60).toFixed(1) + " min";
  if (whole < 3600) return Math.floor(whole / 60) + " min " + String(whole % 60).padStart(2, "0") + " s";
  return Math.floor(whole / 3600) + " h " + String(Math.floor(whole % 3600 / 60)).padStart(2, "0") + " min";
}
function clock(ms) {
  let found = "";
  const long = scale.to - scale.from > 2 * 86400000;
  for (const [at, text] of scale.ticks) if (at <= ms) found = [at, text];
  if (!found) return "";
  if (long) return found[1];
  const minutes = Math.floor((ms - found[0]) / 60000);
  return found[1].slice(0, 3) + String(Number(found[1].slice(3)) + minutes).padStart(2, "0");
}

// A hint follows the pointer over whatever has something to say.
const hint = $("hint");
function says(node, text) {
  node.addEventListener("pointermove", (event) => {
    hint.textContent = typeof text === "function" ? text(event) : text;
    hint.hidden = !hint.textContent;
    const box = hint.getBoundingClientRect();
    hint.style.left = Math.max(6, Math.min(event.clientX + 12, innerWidth - box.width - 6)) + "px";
    hint.style.top = Math.max(6, event.clientY - box.height - 12) + "px";
  });
  node.addEventListener("pointerleave", () => { hint.hidden = true; });
}

// Round numbers for an axis that reaches `most`.
function axis(most, steps = 3) {
  const rough = Math.max(most, 1) / steps, power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough));
  const marks = [];
  for (let value = 0; value < most + step; value += step) marks.push(value);
  return marks;
}

// A frame with an axis of time below and values at the left; answers where to draw.
function frame(parent, height, marks, show = number, below = true) {
  const width = Math.max(260, parent.clientWidth), left = 40, right = 4, top = 8, bottom = below ? 22 : 6;
  const svg = draw(parent, "svg", { viewBox: `0 0 ${width} ${height}`, height });
  const most = marks[marks.length - 1];
  const x = (ms) => left + (ms - scale.from) / (scale.to - scale.from) * (width - left - right);
  const y = (value) => height - bottom - value / most * (height - bottom - top);
  for (const mark of marks) {
    draw(svg, "line", { x1: left, x2: width - right, y1: y(mark), y2: y(mark), stroke: "var(--grid)" });
    draw(svg, "text", { x: left - 8, y: y(mark) + 4, "text-anchor": "end" }, show(mark));
  }
  if (below) {
    let free = left - 20;
    for (const [at, text] of scale.ticks) {
      const place = x(at), half = text.length * 3.6;
      if (place - half < free || place + half > width) continue;
      draw(svg, "text", { x: place, y: height - 5, "text-anchor": "middle" }, text);
      free = place + half + 14;
    }
  }
  return { svg, x, y, width, left, right, height, bottom };
}
const barStart = (bar) => scale.from + bar * scale.bar;

function key(parent, entries) {
  const list = make(parent, "ul", { class: "key" });
  for (const [colour, text] of entries) {
    const item = make(list, "li");
    make(item, "i", { style: `background:${colour}` });
    item.append(text);
  }
}
function panel(parent, title, entries) {
  const box = make(parent, "div", { class: "panel" });
  const head = make(box, "h3", {}, title);
  if (entries) key(head, entries);
  return make(box, "div");
}

function figures(parent) {
  const rows = [
    ["requests", (s) => number(s.requests)],
    ["accepted", (s) => percent(s.requests ? s.accepted / s.requests : null)],
    ["connected in 20 s", (s) => percent(s.service_level.all.within["20"])],
    ["median wait", (s) => time(s.waiting.all.p50)],
    ["95 % waited at most", (s) => time(s.waiting.all.p95)],
    ["longest line", (s) => number(s.longest_line.all.waiting)],
    ["agents' occupancy", (s) => percent(s.occupancy.all)],
  ];
  for (const [name, of] of rows) {
    const box = make(parent, "div", { class: "figure" });
    const values = make(box, "div", { class: several ? "pair" : "" });
    runs.forEach((run, index) => make(values, "b", several ? { style: `color:${colours[index % 2][0]}` } : {}, of(run.summary)));
    make(box, "span", {}, name);
  }
}

function requests(parent) {
  const box = panel(parent, "Requests", several
    ? runs.map((run, index) => [colours[index % 2][0], named(run) + ", accepted"]).concat([["var(--bad)", "not accepted"]])
    : [["var(--one)", "accepted"], ["var(--bad)", "not accepted"]]);
  const marks = axis(Math.max(...runs.flatMap((run) => run.requests.map(sum)), 1));
  const { svg, x, y } = frame(box, 150, marks);
  const share = 1 / runs.length, whole = x(barStart(1)) - x(barStart(0)), thin = whole * share < 3;
  runs.forEach((run, index) => run.requests.forEach(([yes, no], bar) => {
    const wide = Math.max(1, whole * share - 1), at = x(barStart(bar)) + index * whole * share;
    if (thin) return;
    if (yes) draw(svg, "rect", { x: at, y: y(yes), width: wide, height: y(0) - y(yes), fill: colours[index % 2][0], rx: 1 });
    if (no) draw(svg, "rect", { x: at, y: y(yes + no), width: wide, height: y(yes) - y(yes + no), fill: "var(--bad)", rx: 1 });
    const over = draw(svg, "rect", { x: at, y: y(marks[marks.length - 1]), width: whole * share, height: y(0) - y(marks[marks.length - 1]), fill: "transparent" });
    says(over, `${clock(barStart(bar))}${several ? ", " + named(run) : ""}\n${number(yes)} accepted, ${number(no)} not`);
  }));
  // Bars that are too thin to tell apart are a line for each run.
  if (thin) runs.forEach((run) => {
    let path = "";
    run.requests.forEach(([yes], bar) => { path += `${bar ? "L" : "M"}${x(barStart(bar))},${y(yes)}L${x(barStart(bar + 1))},${y(yes)}`; });
    draw(svg, "path", { d: path, fill: "none", stroke: run.colour, "stroke-width": 1.5, "stroke-linejoin": "round" });
  });
}

// All lines of a run added up, point by point.
function total(run) {
  const lines = Object.values(run.lines);
  return lines.length ? lines[0].map((_, point) => sum(lines.map((line) => line[point]))) : [];
}

function line(parent) {
  const box = panel(parent, "Customers waiting", several ? runs.map((run) => [run.colour, named(run)]) : null);
  const totals = runs.map(total);
  const marks = axis(Math.max(...totals.flat(), 1));
  const { svg, x, y, width, left, right } = frame(box, 130, marks);
  totals.forEach((points, index) => {
    if (!points.length) return;
    const at = (point) => x(scale.from + (scale.to - scale.from) * point / points.length);
    let path = `M${at(0)},${y(0)}`;
    points.forEach((value, point) => { path += `L${at(point)},${y(value)}L${at(point + 1)},${y(value)}`; });
    if (!several) draw(svg, "path", { d: path + `L${at(points.length)},${y(0)}Z`, fill: colours[index % 2][1] });
    draw(svg, "path", { d: path, fill: "none", stroke: colours[index % 2][0], "stroke-width": 1.5, "stroke-linejoin": "round" });
  });
  const over = draw(svg, "rect", { x: left, y: 0, width: width - left - right, height: 130, fill: "transparent" });
  says(over, (event) => {
    const share = (event.clientX - over.getBoundingClientRect().left) / over.getBoundingClientRect().width;
    const said = runs.map((run, index) => {
      const points = totals[index], point = Math.min(points.length - 1, Math.max(0, Math.floor(share * points.length)));
      return (several ? named(run) + ": " : "") + number(points[point] ?? 0) + " waiting";
    });
    return [clock(scale.from + share * (scale.to - scale.from)), ...said].join("\n");
  });
}

function level(parent) {
  const box = panel(parent, "Connected within 20 s", several ? runs.map((run) => [run.colour, named(run)]) : null);
  const { svg, x, y } = frame(box, 110, [0, 0.5, 1], (share) => share * 100 + " %");
  runs.forEach((run, index) => {
    let path = "", pen = "M";
    run.connections.forEach(([all, quick], bar) => {
      if (!all) { pen = "M"; return; }
      const middle = x(barStart(bar) + scale.bar / 2);
      path += `${pen}${middle},${y(quick / all)}`;
      pen = "L";
      const dot = draw(svg, "circle", { cx: middle, cy: y(quick / all), r: 2, fill: colours[index % 2][0] });
      const wide = draw(svg, "circle", { cx: middle, cy: y(quick / all), r: 9, fill: "transparent" });
      for (const node of [dot, wide]) says(node, `${clock(barStart(bar))}${several ? ", " + named(run) : ""}\n${number(quick)} of ${number(all)}: ${percent(quick / all)}`);
    });
    draw(svg, "path", { d: path, fill: "none", stroke: colours[index % 2][0], "stroke-width": 1.5 });
  });
}

function waits(parent) {
  const width = Math.max(260, parent.clientWidth), names = runs[0].waits.map(([name]) => name), row = several ? 34 : 26;
  const most = Math.max(...runs.flatMap((run) => run.waits.map(([, count]) => count)), 1);
  const svg = draw(parent, "svg", { viewBox: `0 0 ${width} ${names.length * row}`, height: names.length * row });
  const all = runs.map((run) => sum(run.waits.map(([, count]) => count)) || 1);
  names.forEach((name, index) => {
    const label = index === 0 ? "at once" : index === names.length - 1 ? "longer" : "up to " + name;
    draw(svg, "text", { x: 0, y: index * row + row / 2 + 4, class: "name" }, label);
    runs.forEach((run, which) => {
      const count = run.waits[index][1], thick = several ? 11 : 15, top = index * row + (several ? 5 + which * 13 : 6);
      const long = count / most * (width - 90 - 96);
      const bar = draw(svg, "rect", { x: 90, y: top, width: Math.max(count ? 2 : 0, long), height: thick, rx: 2, fill: colours[which % 2][0] });
      says(bar, `${several ? named(run) + ", " : ""}${label}: ${number(count)}, ${percent(count / all[which])}`);
      draw(svg, "text", { x: 90 + long + 8, y: top + thick - 2 }, count ? `${number(count)}, ${percent(count / all[which])}` : "0");
    });
  });
}

function table(parent, head, rows) {
  const box = make(make(parent, "div", { class: "scroll" }), "table");
  const top = make(make(box, "thead"), "tr");
  head.forEach((text) => make(top, "th", { scope: "col" }, text));
  const body = make(box, "tbody");
  for (const row of rows) {
    const line = make(body, "tr");
    row.forEach((cell) => {
      if (!Array.isArray(cell)) { make(line, "td", {}, cell); return; }
      const [text, run] = cell, box = make(line, "td", {}, text);
      if (run) make(box, "b", { class: "letter", style: `color:${run.colour}`, title: run.label }, run.letter);
    });
  }
}
function queues(parent) {
  const rows = [], names = [...new Set(runs.flatMap((run) => Object.keys(run.summary.waiting.by_queue)))].sort();
  names.forEach((name) => runs.forEach((run) => {
    const { waiting, service_level: levels, longest_line: longest } = run.summary, wait = waiting.by_queue[name];
    if (wait) {
      rows.push([[name, several && run], number(wait.connected), time(wait.p50), time(wait.p95),
        percent(levels.by_queue[name]?.within["20"]), number(longest.by_queue[name]?.waiting ?? 0)]);
    }
  }));
  if (!rows.length) { make(parent, "p", { class: "none" }, "Nobody was connected."); return; }
  table(parent, ["queue", "connected", "median", "95 %", "in 20 s", "line"], rows);
}

function agents(parent) {
  const shown = runs.flatMap((run) => run.agents.map((agent) => [run, agent]));
  if (several) shown.sort(([run, agent], [other, another]) => agent.id < another.id ? -1 : agent.id > another.id ? 1 : run.letter < other.letter ? -1 : 1);
  if (!shown.length) { make(parent, "p", { class: "none" }, "Nobody logged in."); return; }
  const byCall = shown.some(([, agent]) => agent.calls);
  $("agents-said").textContent = byCall ? "What each did; at the right the share of logged-in time with callbacks."
    : `Share of logged-in time with callbacks, by ${scale.bar_words}; at the right over the whole period.`;
  const at = byCall ? 5 : 0, talking = byCall ? "talking" : "busy";
  const busy = several ? runs.map((run) => [run.colour, `${talking}, ${named(run)}`]) : [["var(--talk)", talking]];
  key(parent, [...(byCall ? activities.slice(1, at).map(([text, colour]) => [colour, text]) : [["var(--idle)", "free"]]), ...busy]);
  const talk = (run) => several ? run.colour : "var(--talk)";
  const width = Math.max(260, parent.clientWidth), row = 20, left = Math.min(130, Math.max(56, width * .16)), right = 54;
  const height = shown.length * row + 26;
  const svg = draw(parent, "svg", { viewBox: `0 0 ${width} ${height}`, height, style: "margin-top:8px" });
  const x = (ms) => left + (ms - scale.from) / (scale.to - scale.from) * (width - left - right);
  shown.forEach(([run, agent], index) => {
    const y = index * row + 3, name = several ? `${agent.id}, ${named(run)}` : agent.id;
    const fits = Math.floor((left - (several ? 14 : 0)) / 7.2), own = agent.id;
    const again = several && index && shown[index - 1][1].id === own;
    const label = draw(svg, "text", { x: 0, y: y + 12, class: "name" }, again ? "" : own.length > fits ? own.slice(0, fits - 1) + "…" : own);
    says(label, name);
    if (several) draw(svg, "text", { x: left - 6, y: y + 12, "text-anchor": "end", style: `fill:${run.colour};font-weight:600` }, run.letter);
    draw(svg, "line", { x1: left, x2: width - right, y1: y + 7, y2: y + 7, stroke: "var(--grid)" });
    for (const [from, to, activity] of agent.calls ?? []) {
      const slim = activity <= 2;
      const bar = draw(svg, "rect", { x: x(from), y: y + (slim ? 4 : 1), width: Math.max(.6, x(to) - x(from)), height: slim ? 6 : 12, fill: activity === 5 ? talk(run) : activities[activity][1] });
      says(bar, `${name}\n${activities[activity][0]}, ${clock(from)} to ${clock(to)}`);
    }
    (agent.shares ?? []).forEach((share, bar) => {
      if (share < 0) return;
      const at = { x: x(barStart(bar)), y: y + 1, width: Math.max(1, x(barStart(bar + 1)) - x(barStart(bar)) - 1), height: 12, rx: 1 };
      draw(svg, "rect", { ...at, fill: "var(--idle)" });
      says(draw(svg, "rect", { ...at, fill: talk(run), "fill-opacity": share / 100 }), `${name}\n${clock(barStart(bar))}: ${share} %`);
    });
    draw(svg, "text", { x: width, y: y + 12, "text-anchor": "end" }, percent(agent.occupancy));
  });
  let free = left - 30;
  for (const [at, text] of scale.ticks) {
    const place = x(at), half = text.length * 3.6;
    if (place - half < free || place + half > width - right + half) continue;
    draw(svg, "text", { x: place, y: height - 6, "text-anchor": "middle" }, text);
    free = place + half + 14;
  }
}

function bars(parent, of, colour, none) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(of(run.summary))))];
  if (!names.length) { make(parent, "p", { class: "none" }, none); return; }
  const most = Math.max(...runs.flatMap((run) => Object.values(of(run.summary))), 1);
  const totals = runs.map((run) => sum(Object.values(of(run.summary))) || 1);
  names.sort((a, b) => sum(runs.map((run) => of(run.summary)[b] ?? 0)) - sum(runs.map((run) => of(run.summary)[a] ?? 0)));
  const box = make(parent, "div", { class: "bars" });
  for (const name of names) {
    const row = make(box, "div", { class: "row" });
    const head = make(row, "p");
    make(head, "span", {}, name);
    make(head, "span", {}, runs.map((run, index) => { const count = of(run.summary)[name] ?? 0; return `${number(count)}${several ? "" : ", " + percent(count / totals[index])}`; }).join(" / "));
    runs.forEach((run, index) => {
      const track = make(row, "div", { class: "track" });
      make(track, "i", { style: `width:${(of(run.summary)[name] ?? 0) / most * 100}%;background:${several ? colours[index % 2][0] : colour(name)}` });
    });
  }
}
function script(parent) {
  const rows = runs.flatMap((run) => Object.entries(run.summary.script).filter(([, calls]) => calls.calls)
    .map(([hook, calls]) => [[hook, several && run], number(calls.calls), number(calls.faults), number(Math.round(calls.operations / calls.calls))]));
  if (!rows.length) { make(parent, "p", { class: "none" }, "No hook was asked: the center's settings decided."); return; }
  table(parent, ["hook", "calls", "faults", "operations a call"], rows);
}

// Who won and who lost, and the first decision that differs.
function differences(parent) {
  const { paired, changed, all, by_service: by, first } = data.differences;
  const services = Object.entries(by);
  make(parent, "p", { class: "said" }, changed
    ? `${number(changed)} of ${number(paired)} requests fared otherwise under B. Won: served by B only, or sooner. Lost: served by A only, or later.`
    : `All ${number(paired)} requests fared the same.`);
  const won = (balance) => balance.served_by_b_only + balance.sooner.callbacks;
  const lost = (balance) => balance.served_by_a_only + balance.later.callbacks;
  const rows = services.length > 1 ? [["all", all], ...services] : services;
  const most = Math.max(1, ...rows.flatMap(([, balance]) => [won(balance), lost(balance)]));
  const box = make(parent, "div", { class: "balance" });
  for (const [name, balance] of rows) {
    make(box, "span", { class: "name" }, name);
    for (const [count, side, colour] of [[lost(balance), "lost", "var(--bad)"], [won(balance), "won", "var(--good)"]]) {
      const half = make(box, "div", { class: side });
      make(half, "i", { style: `width:${count / most * 70}%;background:${colour}` });
      make(half, "span", {}, `${number(count)} ${side}`);
    }
  }
  if (!first) return;
  // Of all languages, Swedish writes instants as the terminal does.
  const local = (at) => new Date(at).toLocaleString("sv", { timeZone: data.zone });
  make(parent, "h3", {}, "The first decision that differs");
  make(parent, "p", { class: "said" }, `${local(first.at)}: ${first.hook}${first.about ? ` (${first.about})` : ""} of ${first.callback}, after ${number(first.same_before)} that are the same`);
  const pair = make(parent, "div", { class: "decided" });
  [first.a, first.b].forEach((side, index) => {
    const half = make(pair, "div", { style: `border-color:${runs[index].colour}` });
    make(half, "code", {}, side.answer);
    const { decision } = side;
    make(half, "span", {}, decision ? `${side.script}:${decision.line}` : "the center's settings");
    const reads = [...new Set((decision?.steps ?? []).flatMap((step) => step.reads.map((read) => `${read.expression} = ${read.value}`)))];
    if (reads.length) make(half, "span", { class: "reads" }, reads.join("\n"));
  });
}

$("center").textContent = data.center;
document.title = data.center + " – Ringback report";
$("period").textContent = `${data.period}, local time of ${data.zone}`;
if (several) runs.forEach((run, index) => {
  const item = make($("runs"), "li");
  make(item, "i", { style: `background:${colours[index % 2][0]}` });
  item.append(named(run));
});
$("day-said").textContent = `One bar or point is ${/^\d/.test(scale.bar_words) ? scale.bar_words : "a" + (/^[aeiou]|^hour/.test(scale.bar_words) ? "n " : " ") + scale.bar_words}.`;
$("foot").textContent = runs.map((run) => `${several ? run.letter + ": " : ""}${number(run.summary.events)} events in ${number(run.summary.engine_steps)} calls of the engine${run.summary.engine_seconds ? ", " + run.summary.engine_seconds.toFixed(2) + " s" : ""}`).join(" · ");

function all() {
  const made = ["figures", "differences", "day", "waits", "queues", "agents", "rejections", "reasons", "attempts", "script"];
  made.forEach((id) => $(id).replaceChildren());
  figures($("figures"));
  if (data.differences) { $("differs").hidden = false; differences($("differences")); }
  requests($("day")); line($("day")); level($("day"));
  waits($("waits"));
  queues($("queues"));
  agents($("agents"));
  bars($("rejections"), (s) => s.rejected, () => "var(--bad)", "Every request was accepted.");
  bars($("reasons"), (s) => s.completed, (name) => name === "AGENT_CONNECTED" ? "var(--good)" : name.startsWith("CANCELLED") ? "var(--away)" : "var(--bad)", "No callback ended.");
  bars($("attempts"), (s) => s.attempts, (name) => name === "answered" ? "var(--good)" : "var(--wrap)", "Nobody was called.");
  script($("script"));
}
let drawn = 0;
addEventListener("resize", () => { clearTimeout(drawn); drawn = setTimeout(all, 120); });
all();
