// <ringback-widget>: a customer asks to be called back. One custom element, no framework, nothing loaded from elsewhere.
// Its bus (window.RingbackBus) takes the commands and tells the events of Genesys' widgets Callback and CallbackService.
(() => {
  "use strict";
  if (customElements.get("ringback-widget")) return;

  // The bus: commands have one taker and an answer; events have any number of listeners.
  const bus = window.RingbackBus || (() => {
    const takers = new Map(), listeners = new Map(), last = new Map();
    return {
      command(name, options = {}) {
        const taker = takers.get(name);
        return taker ? Promise.resolve().then(() => taker(options)) : Promise.reject(`no such command: ${name}`);
      },
      registerCommand(name, taker) { takers.set(name, taker); },
      subscribe(name, listener) {
        if (!listeners.has(name)) listeners.set(name, new Set());
        listeners.get(name).add(listener);
        if (name.endsWith(".ready") && last.has(name)) queueMicrotask(() => listener({ event: name, data: last.get(name) }));
        return () => listeners.get(name).delete(listener);
      },
      publish(name, data = {}) {
        last.set(name, data);
        for (const listener of [...(listeners.get(name) || []), ...(listeners.get("*") || [])]) {
          try { listener({ event: name, data }); } catch (error) { console.error(error); }
        }
      },
    };
  })();
  window.RingbackBus = bus;
  window.CXBus = window.CXBus || bus;

  const TEXTS = {
    CallbackTitle: "Receive a call", Launch: "Call me back", CancelButtonText: "Cancel", ConfirmButtonText: "Confirm",
    CallbackPlaceholderRequired: "Required", CallbackPlaceholderOptional: "Optional",
    CallbackFirstName: "First name", CallbackLastName: "Last name", CallbackPhoneNumber: "Phone", CallbackSubject: "Subject",
    CallbackEmail: "Email", CallbackQuestion: "When should we call you?", CallbackOptionASAP: "As soon as possible",
    CallbackOptionPickDateTime: "Pick date & time", CallbackWaiTimeText: "min wait", CallbackNoWait: "no wait",
    CallbackConfirmDescription: "You’re booked in!", CallbackNumberDescription: "We will call you at the number provided:",
    CallbackAtDescription: "on", CallbackNotes: "You can close this window now.", CallbackDone: "Close", CallbackOk: "OK",
    CallbackCloseConfirm: "Leave this form? What you entered is lost.", CallbackYesButtonText: "Leave", CallbackNoButtonText: "Stay",
    NoSlots: "No time is free on this day.", Loading: "Looking for free times…", AriaClose: "Close", AriaMinimize: "Minimize", AriaDay: "Day",
    Errors: {
      501: "Something in the form could not be read.", 503: "This page is not set up for callbacks.", 1103: "This page is not set up for callbacks.",
      7030: "Please enter a valid phone number.", 7036: "Callback to this number is not possible. Please retry with another phone number.",
      7037: "Callback to this number is not allowed. Please retry with another phone number.", 7040: "This service takes no callbacks.",
      7041: "Too many requests at this time. Please try another time.", 7042: "Office closed. Please choose a time within the office hours.",
      phoneNumberRequired: "Phone number is required.", required: "This field is required.", slot: "Please choose a time.",
      unknownError: "Something went wrong. Please try again.",
    },
  };
  const INPUTS = [
    { id: "rb_firstname", name: "firstname", maxlength: "100", placeholder: "@i18n:callback.CallbackPlaceholderRequired", label: "@i18n:callback.CallbackFirstName", autocomplete: "given-name", validate: true },
    { id: "rb_phone", name: "phonenumber", maxlength: "20", placeholder: "(212) 555-0142", label: "@i18n:callback.CallbackPhoneNumber", type: "tel", autocomplete: "tel", validate: true },
    { id: "rb_subject", name: "subject", maxlength: "100", placeholder: "@i18n:callback.CallbackPlaceholderOptional", label: "@i18n:callback.CallbackSubject" },
  ];
  const STYLE = `
    :host { --rb-accent: #0b7a6b; --rb-on-accent: #fff; --rb-bg: light-dark(#fff, #141d24); --rb-ink: light-dark(#14212b, #e8eff4);
      --rb-soft: light-dark(#5a6874, #9fb0bd); --rb-line: light-dark(#d5dce3, #32434f); --rb-wash: light-dark(#f1f5f6, #0e161c); --rb-bad: light-dark(#b32733, #ff8d91);
      color-scheme: light dark; position: fixed; right: 1.1rem; bottom: 1.1rem; z-index: 2147483000; font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--rb-ink); }
    :host([theme=light]) { color-scheme: light; } :host([theme=dark]) { color-scheme: dark; } :host([hidden]) { display: none; }
    * { box-sizing: border-box; } button, input, select, textarea { font: inherit; color: inherit; } [hidden] { display: none !important; }
    .launch { display: flex; align-items: center; gap: .6rem; border: 0; border-radius: 99px; background: var(--rb-accent); color: var(--rb-on-accent); font-weight: 600; padding: .8rem 1.3rem; cursor: pointer; box-shadow: 0 8px 26px #0004; }
    .launch:hover { filter: brightness(1.08); } svg { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .panel { width: min(23.5rem, calc(100vw - 2rem)); max-height: min(42rem, calc(100dvh - 2.2rem)); overflow: auto; background: var(--rb-bg); border: 1px solid var(--rb-line); border-radius: 18px; box-shadow: 0 24px 70px #0005; }
    header { display: flex; align-items: center; gap: .6rem; padding: 1rem 1.1rem 1rem 1.3rem; background: var(--rb-accent); color: var(--rb-on-accent); border-radius: 17px 17px 0 0; }
    header h2 { margin: 0; font-size: 1.08rem; flex: 1; font-weight: 620; letter-spacing: -.01em; } header button { background: #fff2; border: 0; border-radius: 8px; width: 2rem; height: 2rem; display: grid; place-items: center; cursor: pointer; color: inherit; }
    form, .done { padding: 1.2rem 1.3rem 1.3rem; display: grid; gap: .85rem; } label.field { display: grid; gap: .25rem; } label.field > span, legend { font-size: .87rem; font-weight: 560; color: var(--rb-soft); }
    .input { width: 100%; min-height: 2.5rem; padding: .4rem .75rem; border: 1px solid var(--rb-line); border-radius: 10px; background: var(--rb-wash); } .input::placeholder { color: var(--rb-soft); opacity: .75; }
    .input[aria-invalid=true] { border-color: var(--rb-bad); } :focus-visible { outline: 2px solid var(--rb-accent); outline-offset: 1px; }
    .error { color: var(--rb-bad); font-size: .86rem; margin: 0; } fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: .5rem; } legend { padding: 0; margin-bottom: .3rem; }
    .choice { display: flex; align-items: center; gap: .7rem; padding: .65rem .85rem; border: 1px solid var(--rb-line); border-radius: 11px; cursor: pointer; font-weight: 530; } .choice:has(:checked) { border-color: var(--rb-accent); box-shadow: inset 0 0 0 1px var(--rb-accent); }
    .choice input { accent-color: var(--rb-accent); width: 1.05rem; height: 1.05rem; margin: 0; } .choice small { margin-left: auto; color: var(--rb-soft); font-weight: 450; white-space: nowrap; }
    .slots { display: grid; grid-template-columns: repeat(3, 1fr); gap: .4rem; max-height: 9.6rem; overflow: auto; padding: 2px; } .slots label { cursor: pointer; } .slots input { position: absolute; opacity: 0; } .slots span { display: block; text-align: center; padding: .35rem; border: 1px solid var(--rb-line); border-radius: 9px; font-variant-numeric: tabular-nums; font-size: .93rem; }
    .slots input:checked + span { background: var(--rb-accent); border-color: var(--rb-accent); color: var(--rb-on-accent); } .slots input:focus-visible + span { outline: 2px solid var(--rb-accent); outline-offset: 1px; } .soft { color: var(--rb-soft); margin: 0; font-size: .92rem; }
    .row { display: flex; gap: .6rem; margin-top: .2rem; } .row button { flex: 1; min-height: 2.7rem; border-radius: 11px; border: 1px solid var(--rb-line); background: none; font-weight: 580; cursor: pointer; } .row button.first { background: var(--rb-accent); color: var(--rb-on-accent); border-color: transparent; } .row button:disabled { opacity: .55; }
    .done { text-align: center; justify-items: center; padding: 2rem 1.5rem 1.6rem; } .done .tick { width: 3.6rem; height: 3.6rem; border-radius: 50%; background: color-mix(in srgb, var(--rb-accent) 16%, transparent); color: var(--rb-accent); display: grid; place-items: center; } .done .tick svg { width: 1.8rem; height: 1.8rem; } .done h3 { margin: 0; font-size: 1.25rem; letter-spacing: -.015em; } .done b { font-size: 1.15rem; } .done p { margin: 0; } .done .row { width: 100%; }
    @media (prefers-reduced-motion: no-preference) { .panel { animation: rise .18s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(10px); } } }`;

  const make = (tag, about = {}, ...inside) => {
    const it = document.createElement(tag);
    for (const [name, value] of Object.entries(about)) {
      if (name === "class") it.className = value;
      else if (name.startsWith("on")) it.addEventListener(name.slice(2), value);
      else if (value === true) it.setAttribute(name, "");
      else if (value !== false && value != null) it.setAttribute(name, value);
    }
    it.append(...inside.filter((x) => x != null));
    return it;
  };
  const drawing = (d) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24"); svg.setAttribute("aria-hidden", "true"); path.setAttribute("d", d); svg.append(path);
    return svg;
  };
  const PHONE = "M6.5 3h3l1.5 5-2 1.5a12 12 0 0 0 5.5 5.5l1.5-2 5 1.5v3a3.5 3.5 0 0 1-3.5 3.5C9.5 21 3 14.5 3 6.5A3.5 3.5 0 0 1 6.5 3Z";
  const clone = (value) => JSON.parse(JSON.stringify(value));

  // CallbackService: the requests, without a face.
  const service = {
    config: {},
    async call(path, body) {
      const { dataURL = "", apikey = "" } = this.config;
      const headers = { "x-api-key": apikey };
      if (body) headers["content-type"] = "application/json";
      let answer, said;
      try {
        answer = await fetch(dataURL + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
        said = await answer.json();
      } catch { throw { code: "unknownError", message: "" }; }
      if (!answer.ok) throw { ...said.status, data: said.data };
      return said.data;
    },
    async schedule(asked = {}) {
      const { serviceName, userData = {}, ...more } = { ...this.config, ...asked };
      const named = {};
      for (const name of ["firstname", "lastname", "email", "subject"]) if (more[name]) named[name] = more[name];
      const now = !more.desiredTime || more.desiredTime === "now";
      const body = { serviceName, phoneNumber: String(more.phonenumber || "").trim(), channel: "WEB", language: navigator.language, userData: { ...userData, ...named }, cbOfferType: now ? "ASAP" : "SCHEDULED" };
      if (!now) body.desiredTime = new Date(more.desiredTime).toISOString();
      try {
        const made = await this.call("/callbacks/create", body);
        bus.publish("CallbackService.scheduled", made);
        return made;
      } catch (error) { bus.publish("CallbackService.scheduleError", error); throw error; }
    },
    async availability({ startDate, numberOfDays = 1, maxTimeSlots, serviceName } = {}) {
      const asked = new URLSearchParams({ numberOfDays });
      if (startDate) asked.set("start", new Date(startDate).toISOString());
      if (maxTimeSlots) asked.set("maxTimeSlots", maxTimeSlots);
      try {
        const found = await this.call(`/callbacks/availability/${encodeURIComponent(serviceName || this.config.serviceName)}?${asked}`);
        bus.publish("CallbackService.availableSlots", found);
        return found;
      } catch (error) { bus.publish("CallbackService.availabilityError", error); throw error; }
    },
    wait() { return this.call(`/callbacks/queue-status/${encodeURIComponent(this.config.serviceName)}`); },
  };
  bus.registerCommand("CallbackService.configure", (config) => { Object.assign(service.config, config); });
  bus.registerCommand("CallbackService.schedule", (asked) => service.schedule(asked));
  bus.registerCommand("CallbackService.availability", (asked) => service.availability(asked));

  class RingbackWidget extends HTMLElement {
    connectedCallback() {
      const texts = (window._genesys?.widgets?.callback?.i18n) || {};
      this.config = { immediateCallback: true, scheduledCallback: true, numberOfDays: 5, ewt: { display: true }, ...window._genesys?.widgets?.callback };
      for (const [attribute, name] of [["data-url", "dataURL"], ["api-key", "apikey"], ["service-name", "serviceName"]]) {
        if (this.hasAttribute(attribute)) this.config[name] = this.getAttribute(attribute);
      }
      if (this.getAttribute("immediate") === "false") this.config.immediateCallback = false;
      if (this.getAttribute("scheduled") === "false") this.config.scheduledCallback = false;
      this.texts = { ...TEXTS, ...texts, Errors: { ...TEXTS.Errors, ...texts.Errors } };
      Object.assign(service.config, this.config);
      this.root = this.shadowRoot || this.attachShadow({ mode: "open" });
      this.panel = make("div", { class: "panel", role: "dialog", "aria-modal": "false", "aria-label": this.say("CallbackTitle"), hidden: true });
      this.launch = make("button", { class: "launch", type: "button", onclick: () => this.open({}) }, drawing(PHONE), this.say("Launch"));
      this.root.replaceChildren(make("style", {}, STYLE), this.panel, this.launch);
      this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.leave(); });
      bus.registerCommand("Callback.open", (options) => this.open(options));
      bus.registerCommand("Callback.close", () => this.leave(true));
      bus.registerCommand("Callback.configure", (config) => { Object.assign(this.config, config); Object.assign(service.config, config); });
      bus.registerCommand("Callback.minimize", () => this.minimize());
      bus.registerCommand("Callback.showOverlay", ({ html } = {}) => this.overlay(html));
      bus.registerCommand("Callback.hideOverlay", () => this.overlay(null));
      bus.publish("CallbackService.ready");
      bus.publish("Callback.ready");
    }

    say(key) { return this.texts[key] ?? key; }
    /** A text of the form definition: itself, or what it refers to. */
    text(text) { return typeof text === "string" && text.startsWith("@i18n:callback.") ? this.say(text.slice(15)) : text || ""; }
    error(code) { return this.texts.Errors[code] || this.texts.Errors.unknownError; }

    /** The interaction's life, told with each of its events. */
    tell(what) {
      const now = Date.now();
      if (what in this.life && this.life[what] === false) this.life[what] = now;
      this.life.elapsed = now - this.life.opened;
      this.life.form = this.values();
      bus.publish(`Callback.${what}`, clone(this.life));
    }

    open({ form = {}, formJSON, userData = {}, proactive = false } = {}) {
      if (this.life && !this.life.closed) {
        if (!this.panel.hidden) return Promise.reject("already opened");
        this.panel.hidden = false; this.launch.hidden = true;
        return Promise.resolve();
      }
      this.userData = userData;
      this.life = { proactive, prefilled: Object.keys(form).some((name) => name !== "autoSubmit"), autoSubmitted: !!form.autoSubmit, errors: false, opened: false, started: false, submitted: false, cancelled: false, completed: false, closed: false, elapsed: false, form: {} };
      this.draw(form, formJSON || this.config.formJSON || this.config.form);
      this.panel.hidden = false; this.launch.hidden = true;
      this.tell("opened");
      this.panel.querySelector(".input")?.focus();
      if (form.autoSubmit) this.send();
      return Promise.resolve();
    }

    draw(form, definition) {
      this.inputs = (definition?.inputs || INPUTS).map((about) => this.input(about, form[about.name]));
      const when = form.desiredTime && form.desiredTime !== "now" ? form.desiredTime : null;
      const { immediateCallback: soon, scheduledCallback: later } = this.config;
      this.waitText = make("small", { class: "wait" });
      const choice = (value, text, on, more) => make("label", { class: "choice" }, make("input", { type: "radio", name: "when", value, checked: on }), text, more);
      this.picker = make("div", { class: "picker", hidden: true });
      this.problem = make("p", { class: "error", role: "alert", hidden: true });
      this.form = make("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.send(); }, oninput: () => this.start() },
        ...this.inputs.map((it) => it.field),
        make("fieldset", {}, make("legend", {}, this.say("CallbackQuestion")),
          soon ? choice("now", this.say("CallbackOptionASAP"), !when, this.waitText) : null,
          later ? choice("later", this.say("CallbackOptionPickDateTime"), !soon || !!when) : null),
        this.picker, this.problem,
        make("div", { class: "row" },
          make("button", { type: "button", class: "cancel", onclick: () => this.leave() }, this.say("CancelButtonText")),
          make("button", { class: "first confirm" }, this.say("ConfirmButtonText"))));
      this.form.addEventListener("change", (event) => { if (event.target.name === "when") this.pick(); });
      this.panel.replaceChildren(this.head(), this.form);
      if (this.config.ewt?.display !== false && soon) this.wait();
      this.pick(when);
    }

    head() {
      return make("header", {}, drawing(PHONE), make("h2", {}, this.say("CallbackTitle")),
        make("button", { type: "button", "aria-label": this.say("AriaMinimize"), onclick: () => this.minimize() }, drawing("M5 13h14")),
        make("button", { type: "button", "aria-label": this.say("AriaClose"), onclick: () => this.leave() }, drawing("M6 6l12 12M18 6 6 18")));
    }

    input(about, value) {
      const label = this.text(about.label), type = about.type || "text";
      const same = { id: about.id, name: about.name, class: "input", maxlength: about.maxlength, placeholder: this.text(about.placeholder), autocomplete: about.autocomplete };
      const it = type === "select"
        ? make("select", same, ...(about.options || []).map((option) => make("option", { value: option.value ?? option.text ?? option }, this.text(option.text ?? option))))
        : make(type === "textarea" ? "textarea" : "input", { ...same, type: type === "textarea" ? null : type });
      const first = value ?? this.text(about.value);
      if (first) it.value = first;
      const wrong = make("p", { class: "error", id: `${about.id}_error`, hidden: true });
      it.setAttribute("aria-describedby", wrong.id);
      const field = type === "hidden" ? it : make("label", { class: "field" }, make("span", {}, label), it, wrong);
      const input = { about, it, wrong, field, label };
      it.addEventListener("blur", (event) => { if (it.value) this.check(input, event); });
      if (about.validateWhileTyping) it.addEventListener("input", (event) => this.check(input, event));
      return input;
    }

    check({ about, it, wrong, label }, event) {
      const { validate } = about;
      let fine = true;
      if (typeof validate === "function") fine = validate(event, this.form, it, label, null, bus, null);
      else if (validate) fine = it.value.trim() !== "";
      let why = fine ? "" : this.error(about.name === "phonenumber" ? "phoneNumberRequired" : "required");
      if (fine && about.name === "phonenumber" && it.value.replace(/\D/g, "").length < 7) why = this.error(7030);
      wrong.textContent = why; wrong.hidden = !why;
      it.setAttribute("aria-invalid", String(!!why));
      return !why;
    }

    async wait() {
      try {
        const { ewt } = await service.wait();
        this.waitText.textContent = ewt < 0 ? "" : ewt < 30 ? this.say("CallbackNoWait") : `${Math.ceil(ewt / 60)} ${this.say("CallbackWaiTimeText")}`;
      } catch { this.waitText.textContent = ""; }
    }

    /** Shows the days and times to pick from, if that is what is chosen. */
    async pick(wanted) {
      const later = this.form.elements.when?.value === "later" || this.form.querySelector("[name=when]:checked")?.value === "later";
      this.picker.hidden = !later;
      if (!later || this.picker.childElementCount) return;
      const days = Array.from({ length: Number(this.config.numberOfDays) || 5 }, (_, ahead) => { const day = new Date(); day.setHours(0, 0, 0, 0); day.setDate(day.getDate() + ahead); return day; });
      const name = (day) => day.toLocaleDateString([], { weekday: "long", month: "short", day: "numeric" });
      const choose = make("select", { class: "input day", "aria-label": this.say("AriaDay"), onchange: () => show() }, ...days.map((day) => make("option", { value: day.getTime() }, name(day))));
      const slots = make("div", { class: "slots", role: "radiogroup", "aria-label": this.say("CallbackQuestion") });
      const note = make("p", { class: "soft" });
      const box = make("div", { style: "display:grid;gap:.6rem" }, choose, note, slots);
      this.picker.append(box);
      const show = async () => {
        slots.replaceChildren(); note.textContent = this.say("Loading"); note.hidden = false;
        const from = new Date(Number(choose.value)), to = new Date(from); to.setDate(to.getDate() + 1);
        try {
          const found = await service.availability({ startDate: new Date(Math.max(from, Date.now())), numberOfDays: 1 });
          const mine = found.slots.filter((slot) => new Date(slot.utcTime) < to);
          note.hidden = mine.length > 0; note.textContent = this.say("NoSlots");
          slots.replaceChildren(...mine.map((slot) => make("label", {}, make("input", { type: "radio", name: "slot", value: slot.utcTime, checked: slot.utcTime === wanted }), make("span", {}, new Date(slot.utcTime).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })))));
        } catch (error) { note.hidden = false; note.textContent = this.error(error.code); }
      };
      await show();
    }

    values() {
      const found = {};
      for (const { about, it } of this.inputs || []) found[about.name] = it.value;
      return found;
    }

    start() {
      this.problem.hidden = true;
      if (this.life.started === false) this.tell("started");
    }

    async send() {
      if (!this.inputs.map((input) => this.check(input)).every(Boolean)) return this.form.querySelector("[aria-invalid=true]")?.focus();
      const later = this.form.querySelector("[name=when]:checked")?.value === "later";
      const slot = this.form.querySelector("[name=slot]:checked")?.value;
      if (later && !slot) return this.fail("slot");
      if (this.life.started === false) this.tell("started");
      const button = this.form.querySelector(".confirm");
      button.disabled = true;
      this.tell("submitted");
      try {
        const values = this.values(), more = {};
        for (const [name, value] of Object.entries(values)) if (!["phonenumber", "firstname", "lastname", "email", "subject"].includes(name) && value) more[name] = value;
        const made = await service.schedule({ ...values, desiredTime: later ? slot : "now", userData: { ...this.config.userData, ...this.userData, ...more } });
        this.callback = made.id;
        this.tell("completed");
        this.finish(values.phonenumber, later ? slot : null);
      } catch (error) {
        this.life.errors = [...(this.life.errors || []), error.code ?? "unknownError"];
        this.life.submitted = false;
        this.fail(error.code, error.data);
      } finally { button.disabled = false; }
    }

    fail(code, data) {
      this.problem.textContent = this.error(code); this.problem.hidden = false;
      if (data?.slots) { this.picker.replaceChildren(); this.pick(); }
    }

    finish(number, slot) {
      const at = slot && new Date(slot).toLocaleString([], { weekday: "long", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
      this.panel.replaceChildren(this.head(), make("div", { class: "done", role: "status" },
        make("div", { class: "tick" }, drawing("M5 12.5 10 17.5 19.5 7")), make("h3", {}, this.say("CallbackConfirmDescription")),
        make("p", { class: "soft" }, this.say("CallbackNumberDescription")), make("b", {}, number), at ? make("p", {}, at) : null,
        make("p", { class: "soft" }, this.say("CallbackNotes")),
        make("div", { class: "row" }, make("button", { type: "button", class: "first", onclick: () => this.leave(true) }, this.say("CallbackDone")))));
      this.panel.querySelector(".first").focus();
    }

    minimize() { this.panel.hidden = true; this.launch.hidden = false; this.launch.focus(); }

    overlay(content) {
      this.panel.querySelector(".overlay")?.remove();
      if (content != null) this.panel.append(make("div", { class: "overlay done" }, content));
    }

    leave(sure) {
      if (!this.life || this.life.closed) return;
      if (!sure && this.life.started && !this.life.completed && !window.confirm(this.say("CallbackCloseConfirm"))) return;
      if (!this.life.completed) this.tell("cancelled");
      this.tell("closed");
      this.panel.hidden = true; this.launch.hidden = false;
      this.panel.replaceChildren();
      this.inputs = [];
      this.launch.focus();
    }
  }
  customElements.define("ringback-widget", RingbackWidget);
})();
