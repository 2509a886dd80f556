// The API's page: made of its own description, each call to be tried.
(async () => {
  "use strict";
  const api = await (await fetch("/openapi.json")).json();
  const make = (tag, about, ...inside) => { const it = document.createElement(tag); Object.assign(it, about); it.append(...inside.filter((x) => x != null)); return it; };
  const resolve = (schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema);
  const kind = (schema) => [].concat(resolve(schema)?.type || "object").filter((it) => it !== "null").join(" or ");
  const example = (schema) => {
    const made = {};
    for (const [name, about] of Object.entries(resolve(schema)?.properties || {})) {
      if (about.example !== undefined) made[name] = about.example;
      else if ((resolve(schema).required || []).includes(name)) made[name] = "";
    }
    return JSON.stringify(made, null, 2);
  };
  const key = document.getElementById("key");
  key.value = sessionStorage.getItem("key") || "";
  key.addEventListener("input", () => sessionStorage.setItem("key", key.value));

  for (const [path, methods] of Object.entries(api.paths)) for (const [verb, call] of Object.entries(methods)) {
    const body = call.requestBody?.content?.["application/json"]?.schema;
    const fields = (call.parameters || []).map((parameter) => {
      const input = make("input", { className: "input", placeholder: parameter.example ?? kind(parameter.schema) });
      return { parameter, input, label: make("label", { className: "field" }, make("span", { title: parameter.description || "" }, parameter.name + (parameter.required ? " *" : "")), input) };
    });
    const text = body && make("textarea", { className: "input", value: example(body), ariaLabel: "Body" });
    const out = make("pre", { hidden: true });
    const go = make("button", { className: "button first", textContent: "Try it" });
    const properties = Object.entries(resolve(body)?.properties || {});
    go.addEventListener("click", async () => {
      let to = path;
      const asked = new URLSearchParams(), headers = { "x-api-key": key.value };
      for (const { parameter, input } of fields) {
        if (parameter.in === "path") to = to.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
        else if (parameter.in === "header") { if (input.value) headers[parameter.name] = input.value; }
        else if (input.value) asked.set(parameter.name, input.value);
      }
      if (text) headers["content-type"] = "application/json";
      out.hidden = false;
      try {
        const answer = await fetch(asked.size ? `${to}?${asked}` : to, { method: verb.toUpperCase(), headers, body: text?.value });
        out.textContent = `${answer.status} ${answer.statusText}\n\n${JSON.stringify(await answer.json(), null, 2)}`;
      } catch (error) { out.textContent = String(error); }
    });
    document.getElementById("calls").append(make("details", { className: "card" },
      make("summary", {}, make("span", { className: `verb ${verb}`, textContent: verb.toUpperCase() }), make("code", { textContent: path }), make("span", { className: "soft", textContent: call.summary || "" })),
      make("div", { className: "body" },
        call.description ? make("p", { className: "soft", textContent: call.description }) : null,
        fields.length ? make("div", { className: "ask" }, ...fields.map((it) => it.label)) : null,
        properties.length ? make("ul", { className: "faint" }, ...properties.map(([name, about]) => make("li", {}, make("code", { textContent: name }), ` ${kind(about)}${about.description ? `: ${about.description}` : ""}`))) : null,
        text, make("div", {}, go), out)));
  }
})();
